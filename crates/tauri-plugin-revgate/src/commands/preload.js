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

	// Asks the plugin by Tauri, and notes what Tauri sends: whoever cannot wait has the same sent once more. So
	// it is the same command, with the same permissions, whichever way it goes.
	const ask = (command, args) => {
		const { fetch } = window;
		let sent;
		window.fetch = (...request) => fetch(...(sent = request));
		try {
			return { since: performance.now(), answer: tauri.invoke(`plugin:revgate|${command}`, args), now: () => now(sent) };
		} finally {
			window.fetch = fetch;
		}
	};
	// The answer as text, while the page stands still: a millisecond. `undefined` where Tauri has sent no request
	// (on Android, with the isolation pattern, or where a policy has stopped one), or if it is refused.
	const now = (sent) => {
		try {
			const [url, { method, headers, body }] = sent;
			const request = new window.XMLHttpRequest();
			request.open(method, url, false);
			for (const [name, value] of headers) request.setRequestHeader(name, value);
			request.send(body);
			return request.getResponseHeader('Tauri-Response') === 'ok' ? request.responseText : undefined;
		} catch {
			return undefined;
		}
	};

	// The topics that every page has from its beginning. Who may not read any learns that when it asks.
	const first = ask('preload');
	let isAwaited = true;
	const statesNow = () => JSON.parse(first.now() ?? 'null');
	const keep = (states, since) => {
		isAwaited = false;
		for (const [topic, answer] of Object.entries(states)) {
			if (!early.has(topic)) early.set(topic, { since, answer, now: () => statesNow()?.[topic] });
		}
	};
	const came = first.answer.catch(() => ({})).then((states) => isAwaited && keep(states, first.since));

	const take = (topic) => {
		const it = early.get(topic);
		early.delete(topic);
		if (it === undefined) return undefined;
		const isKept = isGood(it);
		// What is not there yet, and what is old by now, as on a slow machine, is asked for at once.
		if (isKept && !it.isAwaited) return it.answer;
		return it.now() ?? (isKept ? it.answer : undefined);
	};
	const api = {
		// Asks for the state of a topic, for whoever uses that soon.
		preload(topic) {
			if (isUsed(topic) || isGood(early.get(topic))) return;
			const it = Object.assign(ask('snapshot', { topic, form: 'text' }), { isAwaited: true });
			// Itself as soon as it is there, so that it is taken without a wait.
			const keep = (answer) => {
				it.isAwaited = false;
				return (it.answer = answer);
			};
			it.answer = it.answer.then(keep, () => keep());
			early.set(topic, it);
		},
		// What there is of a topic, without a wait where that can be: once in a page, and not if it is old. Or a
		// promise of it.
		take(topic) {
			if (isUsed(topic)) return undefined;
			used.add(topic);
			// Of families as a whole there is nothing.
			if (topic.endsWith(':*')) return undefined;
			if (isAwaited && !early.has(topic)) {
				const states = statesNow();
				if (states === null) return came.then(() => take(topic));
				keep(states, performance.now());
			}
			return take(topic);
		},
	};
	Object.defineProperty(window, '__REVGATE__', { value: Object.freeze(api) });
})();
