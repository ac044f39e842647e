import { writable } from 'svelte/store';

import { defaults } from '../defaults.js';

export const settingsStore = writable(defaults());
