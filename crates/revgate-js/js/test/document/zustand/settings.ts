import { create } from 'zustand';

import { defaults } from '../defaults.js';
import type { Settings } from '../types/settings.js';

interface SettingsStore extends Settings {
	isLoading: boolean;
	setLoading(isLoading: boolean): void;
}

export const useSettingsStore = create<SettingsStore>()((set) => ({
	...defaults(),
	isLoading: true,
	setLoading: (isLoading) => set({ isLoading }),
}));
