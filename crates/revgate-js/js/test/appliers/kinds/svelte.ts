import { derived, fromStore, get, readable, type Readable, readonly, toStore, writable } from 'svelte/store';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import { createSvelteSnapshotApplier } from '../../../src/appliers/svelte.js';
import { effect, RunesSettings, stateOf } from '../runes.svelte.js';
import { initial, type Kind, type Opened, type Settings } from './kind.js';

function store(held: object, shown = held as Readable<unknown>, options: object = {}): Opened {
	return {
		create: () => createSvelteSnapshotApplier<object, never>(held, options),
		state: () => get(shown),
		watch(told) {
			let isFirst = true;
			shown.subscribe(() => {
				if (!isFirst) told();
				isFirst = false;
			});
		},
	};
}

function runes(held: object, shown: () => unknown, options: object = {}): Opened {
	return {
		create: () => createSvelteSnapshotApplier<object, never>(held, options),
		state: shown,
		watch(told) {
			let isFirst = true;
			const run = () => {
				if (!isFirst) told();
				isFirst = false;
			};
			effect(() => JSON.stringify(shown()), run);
		},
	};
}

const fields = ({ theme, isLoading }: Settings) => ({ theme, isLoading });
const state = (initial: Settings, options?: object) => {
	const held = stateOf(initial);
	return runes(held, () => fields(held), options);
};

class OwnStore {
	#held = writable(initial());
	subscribe = this.#held.subscribe;
	set(value: Settings): void {
		this.#held.set(value);
	}
}

/** Methods of any name may be on a state. */
const withMethods = (): Settings => {
	const methods = {
		set(this: Settings, theme: string) {
			this.theme = theme;
		},
		update() {},
	};
	return { ...initial(), ...methods };
};

const unwritable = 'revgate/svelte: the store is readonly; pass the writable that it is made of';
const ofStore = 'revgate/svelte: this is made of a store, and no object of $state; pass the store';
const unkeyed = (what: string) =>
	`revgate/svelte: the state is held by '${what}', which has no keys; use an object, or the library's own Map`;

export const svelte: Kind[] = [
	['writable', () => store(writable(initial()))],
	['a store with subscribe and set', () => {
		const { subscribe, set } = writable(initial());
		return store({ subscribe, set });
	}],
	['a store with set and update', () => {
		const held = writable(initial());
		// What can only be set and updated tells of equal states too.
		const theme = derived(held, (it) => it.theme);
		const { watch } = store(theme);
		return { ...store({ set: held.set, update: held.update }, held), watch };
	}],
	['a class that is a store', () => {
		const held = new OwnStore();
		return store(held, held);
	}],
	['toStore', () => {
		const held = stateOf({ settings: initial() });
		return store(toStore(() => held.settings, (to) => (held.settings = to)));
	}],
	['a store of a Map', () => {
		const held = writable(new Map(Object.entries(initial())));
		return store(held, derived(held, (it) => Object.fromEntries(it)));
	}],
	['an object of $state', () => state(initial())],
	['an object of $state with set and update, named a state', () => state(withMethods(), { target: 'state' })],
	['an object of $state with values of these names', () => {
		const held = stateOf({ ...initial(), set: 1, update: 2, subscribe: 3 });
		return runes(held, () => fields(held));
	}],
	['a class with runes', () => {
		const held = new RunesSettings();
		return runes(held, () => ({ theme: held.theme, isLoading: true }));
	}],
	['SvelteMap', () => {
		const held = new SvelteMap<string, unknown>(Object.entries(initial()));
		return runes(held, () => Object.fromEntries(held));
	}],

	['readable', () => store(readable(initial())), unwritable],
	['derived', () => store(derived(writable(initial()), (it) => it)), unwritable],
	['readonly', () => store(readonly(writable(initial()))), unwritable],
	['toStore without a setter', () => store(toStore(initial)), unwritable],
	['a readonly store, named a state', () => store(readable(initial()), undefined, { target: 'state' }), ofStore],
	['a writable store, named a state', () => store(writable(initial()), undefined, { target: 'state' }), ofStore],
	['fromStore', () => {
		const held = fromStore(writable(initial()));
		return runes(held, () => held.current);
	}, ofStore],
	[
		'an object of $state with set and update',
		() => state(withMethods()),
		"revgate/svelte: what has set, update and values may be either; say target: 'state' or 'store'",
	],
	['a store that drops what it is set to', () => {
		const { subscribe } = writable(initial());
		return store({ subscribe, set() {} });
	}, 'revgate/svelte: the state was set, and does not show; pass what holds all of it'],
	['SvelteSet', () => {
		const held = new SvelteSet([1]);
		return runes(held, () => [...held]);
	}, unkeyed('Set')],
	['a list of $state', () => {
		const held = stateOf([1]);
		return runes(held, () => [...held]);
	}, unkeyed('Array')],
	['a Map of $state', () => {
		const held = stateOf(new Map());
		return runes(held, () => [...held]);
	}, unkeyed('Map')],
];
