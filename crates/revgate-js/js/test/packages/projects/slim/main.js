import { createTauriRevisionSync, provideGate } from 'revgate/slim';
import address from 'revgate/gate.wasm?url';

import { follow } from '../follow.js';

globalThis.outcome = provideGate(address).then(() => follow({ createTauriRevisionSync }));
