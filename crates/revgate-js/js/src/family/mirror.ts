/** A family in a map of the app's. */

import { check, FUNCTION, having, maybe } from '../gate/check.js';
import type { Unsubscribe } from '../types.js';
import type { Family } from './family.js';

/** What holds values by keys: a Map, and what a state manager has in place of one. */
export interface Keyed<T> {
	set(key: string, state: T): unknown;
	delete(key: string): unknown;
}

/**
 * Keeps a map the same as a family, key by key, until what this returns is called: who reads one key of
 * it is told of that one alone, if the map tells by the key. Keys of members that go are deleted, and all
 * others stay the app's. Large members are fetched.
 *
 * The states are frozen: they are changed by {@link Family.update}, not in the map.
 *
 * @param family the family
 * @param map a Map, MobX' `observable.map`, Valtio's `proxyMap`, Vue's `reactive(new Map())`, also in a
 * store of Pinia, or Svelte's `SvelteMap`
 * @param batch makes the changes of one message together: `runInAction` of MobX
 *
 * @example
 * const rows = observable.map<string, Doc>({}, { deep: false });
 * mirrorFamily(docs, rows, runInAction);
 */
export function mirrorFamily<T>(
	family: Family<T>,
	map: Keyed<T>,
	batch: (change: () => void) => unknown = (change) => change(),
): Unsubscribe {
	check({ family, map, batch }, { family: having('subscribe', 'get'), map: having('set', 'delete'), batch: maybe(FUNCTION) });
	return family.subscribe((keys) => {
		batch(() => {
			for (const key of keys) {
				const state = family.get(key);
				if (state !== undefined) map.set(key, state);
				else if (!family.has(key)) map.delete(key);
			}
		});
	});
}
