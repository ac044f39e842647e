import { createTauriRevisionSync } from 'revgate';

import { follow } from '../follow.js';

globalThis.outcome = follow({ createTauriRevisionSync });
