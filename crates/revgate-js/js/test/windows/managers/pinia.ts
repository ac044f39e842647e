import { createPinia } from 'pinia';
import { createPiniaSnapshotApplier } from 'revgate/pinia';
import { createApp } from 'vue';

import { useSettingsStore } from '../../document/pinia/settings.js';
import { open } from '../open.js';

createApp({ render: () => null }).use(createPinia());
const store = useSettingsStore();

await open({
	snippet: () => import('../../document/pinia/settings-sync.js').then(({ initSync }) => initSync()),
	applier: createPiniaSnapshotApplier(store, { mode: 'patch', omitKeys: ['isSaving'] }),
	state: () => store.$state,
	watch: (changed) => store.$subscribe(changed, { flush: 'sync' }),
});
