import { createSvelteSnapshotApplier } from 'revgate/svelte';
import { get } from 'svelte/store';

import { settingsStore } from '../../document/svelte/settings.js';
import { open } from '../open.js';

await open({
	snippet: () => import('../../document/svelte/settings-sync.js'),
	applier: createSvelteSnapshotApplier(settingsStore),
	state: () => get(settingsStore),
	watch: settingsStore.subscribe,
});
