import { createZustandSnapshotApplier } from 'revgate/zustand';

import { useSettingsStore } from '../../document/zustand/settings.js';
import { open } from '../open.js';

await open({
	snippet: () => import('../../document/zustand/settings-sync.js'),
	applier: createZustandSnapshotApplier(useSettingsStore, { omitKeys: ['isLoading'] }),
	state: useSettingsStore.getState,
	watch: useSettingsStore.subscribe,
});
