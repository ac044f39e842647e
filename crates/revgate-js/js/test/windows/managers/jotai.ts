import { getDefaultStore } from 'jotai';
import { createJotaiSnapshotApplier } from 'revgate/jotai';

import { settingsAtom } from '../../document/jotai/settings.js';
import { open } from '../open.js';

const store = getDefaultStore();

await open({
	snippet: () => import('../../document/jotai/settings-sync.js'),
	applier: createJotaiSnapshotApplier(store, settingsAtom),
	state: () => store.get(settingsAtom),
	watch: (changed) => store.sub(settingsAtom, changed),
});
