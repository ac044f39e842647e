import { createTauriRevisionSync } from 'revgate/js';

import { follow } from '../follow.js';

globalThis.outcome = follow({ createTauriRevisionSync });
