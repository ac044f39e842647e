import { autorun, runInAction } from 'mobx';
import { createMobXSnapshotApplier } from 'revgate/mobx';

import { settingsStore } from '../../document/mobx/settings.js';
import { open } from '../open.js';

await open({
	snippet: () => import('../../document/mobx/settings-sync.js'),
	applier: createMobXSnapshotApplier(settingsStore, { runInAction }),
	state: () => settingsStore,
	watch: autorun,
});
