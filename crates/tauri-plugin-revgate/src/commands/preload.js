(() => {
	const { __TAURI_INTERNALS__: tauri, location, performance } = window;
	const isOfApp = !/^https?:$/.test(location.protocol) || /(^|\.)localhost$|^127(\.\d+){3}$/.test(location.hostname);
	// Other people's pages, and those within others, are left alone.
	if (!tauri?.invoke || !isOfApp || window !== window.top) return;

	// As long as a fetch may take.
	const LIMIT_MS = 10000;
	// By topic, when it was asked for and what came.
	const early = new Map();
	// Topics, and families as a whole, that the page uses or has used: what it has shown of them may be newer
	// than what is asked for here.
	const used = new Set();
	const isUsed = (topic) => used.has(topic) || used.has(topic.replace(/:.*/s, ':*'));
	const isGood = (it) => it !== undefined && performance.now() - it.since < LIMIT_MS;

	// The topics that every page has from its beginning. Who may not read any learns that when it asks.
	const since = performance.now();
	let awaited = tauri
		.invoke('plugin:revgate|preload')
		.then((states) => {
			for (const [topic, answer] of Object.entries(states)) {
				if (!early.has(topic)) early.set(topic, { since, answer });
			}
		})
		.catch(() => undefined)
		.then(() => (awaited = undefined));

	const take = (topic) => {
		const it = early.get(topic);
		early.delete(topic);
		return isGood(it) ? it.answer : undefined;
	};
	const api = {
		// Asks for the state of a topic, for whoever uses that soon.
		preload(topic) {
			if (isUsed(topic) || isGood(early.get(topic))) return;
			const it = { since: performance.now() };
			// Itself as soon as it is there, so that it is taken without a wait.
			const keep = (answer) => (it.answer = answer);
			it.answer = tauri.invoke('plugin:revgate|snapshot', { topic, form: 'text' }).then(keep, () => keep());
			early.set(topic, it);
		},
		// What has come of a topic, or a promise of it: once in a page, and not if it is old.
		take(topic) {
			if (isUsed(topic)) return undefined;
			used.add(topic);
			return awaited && !early.has(topic) ? awaited.then(() => take(topic)) : take(topic);
		},
	};
	Object.defineProperty(window, '__REVGATE__', { value: Object.freeze(api) });
})();
