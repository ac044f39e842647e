import { reactive } from 'vue';

import { defaults } from '../defaults.js';

export const settingsState = reactive(defaults());
