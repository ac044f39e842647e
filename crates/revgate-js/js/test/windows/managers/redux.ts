import { createReduxSnapshotApplier } from 'revgate/redux';

import { store } from '../../document/redux/settings.js';
import { open } from '../open.js';

await open({
	snippet: () => import('../../document/redux/settings-sync.js'),
	applier: createReduxSnapshotApplier(store, { omitKeys: ['isLoading'] }),
	state: store.getState,
	watch: store.subscribe,
});
