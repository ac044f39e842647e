import { createTauriRevisionSync } from 'revgate';

import { follow } from '../follow.js';

console.log(JSON.stringify(await follow({ createTauriRevisionSync })));
