import { defineStore } from 'pinia';

import { defaults } from '../defaults.js';

export const useSettingsStore = defineStore('settings', {
	state: () => ({ ...defaults(), isSaving: true }),
});
