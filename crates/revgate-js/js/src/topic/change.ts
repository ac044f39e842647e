/** A change, as it is cheapest to send. */

import type { Written } from './backend.js';
import type { Change } from './edit.js';
import { factsOf, write } from './exact/index.js';
import { diff } from './patch.js';

/** A patch this short is not worth a look at how long the state is. */
const SHORT = 512;

/** The shorter of the new state and the patch that leads to it. */
export function cheapest({ old, data }: Change): Written {
	const base = old.version;
	// To the backend, integers of more than 64 bits are no part of what a patch is applied to.
	if (!factsOf(old.data).isWide && !factsOf(data).isWide) {
		const operations = diff(old.data, data).map(({ op, path, value }) => {
			const place = `"op":"${op}","path":${JSON.stringify(path)}`;
			return op === 'remove' ? `{${place}}` : `{${place},"value":${write(value)}}`;
		});
		const patch = `[${operations.join()}]`;
		if (patch.length < SHORT || patch.length < write(data).length) return { base, patch };
	}
	return whole({ old, data });
}

/** The whole new state; `ahead` is what another write on the same base makes. */
export function whole({ old, data }: Change, ahead?: unknown): Written {
	const written = { base: old.version, data: write(data) };
	return ahead === undefined ? written : { ...written, ahead: write(ahead) };
}
