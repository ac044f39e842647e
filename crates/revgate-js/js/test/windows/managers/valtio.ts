import { createValtioSnapshotApplier } from 'revgate/valtio';
import { subscribe } from 'valtio';

import { settingsState } from '../../document/valtio/settings.js';
import { open } from '../open.js';

await open({
	snippet: () => import('../../document/valtio/settings-sync.js'),
	applier: createValtioSnapshotApplier(settingsState, { pickKeys: ['theme', 'language', 'fontSize'] }),
	state: () => settingsState,
	watch: (changed) => subscribe(settingsState, changed, true),
});
