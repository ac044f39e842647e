import { proxy } from 'valtio';

import { defaults } from '../defaults.js';

export const settingsState = proxy(defaults());
