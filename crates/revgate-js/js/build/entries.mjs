// The entries of the package, as `exports` of package.json names them: what is at `dist/NAME.js`
// there is built from the source of its types.

import { readFileSync } from 'node:fs';

import { here } from './here.mjs';

/** The flavours of `source.ts`, by the entry that is built with each, and what lies under it. */
const SOURCES = { slim: 'src/gate/source-slim.ts', js: 'src/gate/source-js.ts' };

/** Name and source file of each entry. */
export function entries() {
	const { exports } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
	return Object.values(exports)
		.filter((entry) => entry.types)
		.map(({ types, default: file }) => ({
			name: /^\.\/dist\/(.+)\.js$/.exec(file)[1],
			source: here(types.replace('./dist/types/', 'src/').replace(/\.d\.ts$/, '.ts')),
		}));
}

/** What gets files of its own, so that an app has it only if it uses it: it does something when loaded. */
const part = (name, source) => ({ name: `chunks/${name}`, source: here(source) });
const drafts = part('drafts', 'src/topic/library.ts');
const hook = part('vue-topic', 'src/hooks/vue.ts');

/**
 * The builds that share no code with each other: entries, the file in place of `source.ts`, and whether
 * it is for production.
 */
export function builds() {
	const all = entries();
	const flavourOf = ({ name }) => name.split('/')[0];
	const own = Object.entries(SOURCES).map(([flavour, gate]) => ({
		entries: [...all.filter((entry) => flavourOf(entry) === flavour), drafts],
		gate,
	}));
	// Whoever is in tabs shares nothing with them but the page: so no other entry is split for their sake.
	const apart = all.filter(({ name }) => name === 'tabs');
	const rest = all.filter((entry) => !Object.hasOwn(SOURCES, flavourOf(entry)) && !apart.includes(entry));
	const gate = 'src/gate/source.ts';
	const flavours = [{ entries: [...rest, drafts, hook], gate }, { entries: apart, gate }, ...own];
	return flavours.flatMap((one) => [{ ...one, isProduction: false }, { ...one, isProduction: true }]);
}
