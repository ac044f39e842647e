import { createVueSnapshotApplier } from 'revgate/vue';
import { watch } from 'vue';

import { settingsState } from '../../document/vue/settings.js';
import { open } from '../open.js';

await open({
	snippet: () => import('../../document/vue/settings-sync.js'),
	applier: createVueSnapshotApplier(settingsState),
	state: () => settingsState,
	watch: (changed) => watch(settingsState, changed, { flush: 'sync' }),
});
