import { createZustandSnapshotApplier } from 'revgate/zustand';
import { createStore } from 'zustand/vanilla';

/**
 * A window that follows a backend in memory, with what the flavour of the package exports: what it
 * shows after two versions and after a stale one, and what it leaves behind.
 */
export async function follow({ createTauriRevisionSync }) {
	const handlers = new Set();
	let fetches = 0;
	const shown = [];
	let stored = { revision: '1', data: { theme: 'light' } };
	const store = createStore(() => ({ theme: 'none' }));
	const sync = createTauriRevisionSync({
		topic: 'settings',
		eventName: 'settings:invalidated',
		commandName: 'get_settings',
		listen: async (_name, handler) => {
			handlers.add(handler);
			return () => handlers.delete(handler);
		},
		invoke: async () => {
			fetches++;
			return stored;
		},
		applier: createZustandSnapshotApplier(store),
		onError: ({ error }) => {
			throw error;
		},
	});
	const note = () => shown.push(`${sync.getLocalRevision()} ${store.getState().theme}`);

	await sync.start();
	note();
	stored = { revision: '2', data: { theme: 'dark' } };
	const changed = new Promise((resolve) => store.subscribe(resolve));
	for (const handler of handlers) {
		handler({ payload: { topic: 'settings', revision: '2' } });
	}
	await changed;
	await sync.refresh();
	note();
	stored = { revision: '1', data: { theme: 'light' } };
	await sync.refresh();
	note();
	sync.stop();
	return { shown, fetches, handlers: handlers.size };
}
