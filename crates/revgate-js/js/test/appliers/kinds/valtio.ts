import { proxy, snapshot, subscribe } from 'valtio/vanilla';
import { proxyMap, proxySet } from 'valtio/vanilla/utils';

import { createValtioSnapshotApplier } from '../../../src/appliers/valtio.js';
import { initial, type Kind, type Opened, type Settings } from './kind.js';

function of(state: object, shown: () => unknown = () => ({ ...snapshot(state) })): Opened {
	return {
		create: () => createValtioSnapshotApplier<object, never>(state),
		state: shown,
		watch: (told) => void subscribe(state, told),
	};
}

class Plain implements Settings {
	theme = 'light';
	isLoading = true;
	get shout(): string {
		return this.theme.toUpperCase();
	}
}
const unkeyed = (what: string) =>
	`revgate/valtio: the state is held by '${what}', which has no keys; use an object, or the library's own Map`;

export const valtio: Kind[] = [
	['a proxy', () => of(proxy(initial()))],
	['a proxy of a class', () => of(proxy(new Plain()))],
	['a proxy within another', () => of(proxy({ settings: initial() }).settings)],
	['proxyMap', () => {
		const map = proxyMap(Object.entries(initial()));
		return of(map, () => Object.fromEntries(snapshot(map)));
	}],

	[
		'a snapshot',
		() => ({ ...of(proxy({})), ...frozen(snapshot(proxy(initial()))) }),
		"revgate: the state's key 'theme' cannot be set: the object is readonly",
	],
	['proxySet', () => of(proxySet([1]), () => null), unkeyed('Set')],
	['a list', () => of(proxy([1])), unkeyed('Array')],
	[
		'a Map that is no proxyMap',
		() => ({ ...of(proxy({})), ...frozen(new Map()) }),
		unkeyed('Map'),
	],
];

/** What Valtio cannot tell of. */
function frozen(state: object): Pick<Opened, 'create' | 'state'> {
	return { create: () => createValtioSnapshotApplier<object, never>(state), state: () => ({ ...state }) };
}
