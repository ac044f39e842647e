import { type Atom, atom, createStore, type WritableAtom } from 'jotai/vanilla';
import {
	atomFamily,
	atomWithDefault,
	atomWithLazy,
	atomWithObservable,
	atomWithReducer,
	atomWithRefresh,
	atomWithReset,
	atomWithStorage,
	freezeAtom,
	loadable,
	selectAtom,
	splitAtom,
} from 'jotai/vanilla/utils';

import { createJotaiSnapshotApplier } from '../../../src/appliers/jotai.js';
import { initial, type Kind, type Opened, type Settings } from './kind.js';

type Held = WritableAtom<unknown, [unknown], unknown>;

/** `shown` is what components read, if it is another. */
function of(held: unknown, options: object = {}, shown = held as Atom<unknown>): Opened {
	const store = createStore();
	return {
		create: () => createJotaiSnapshotApplier<unknown, never>(store, held as Held, options),
		state: () => store.get(shown),
		watch: (told) => void store.sub(shown, told),
	};
}

function storage() {
	let stored = initial();
	return { getItem: () => stored, setItem: (_: string, value: Settings) => void (stored = value), removeItem() {} };
}

const settings = () => atom(initial());
const family = atomFamily((_: string) => settings());
const unwritable = 'revgate/jotai: this is no atom that can be written to; pass the one that holds the state';
const untaken = 'revgate/jotai: the state was set, and does not show; pass what holds all of it';

/** As RxJS has it. */
function subject() {
	const observers = new Set<(value: Settings) => void>();
	return {
		next: (value: Settings) => observers.forEach((next) => next(value)),
		subscribe({ next }: { next: (value: Settings) => void }) {
			observers.add(next);
			next(initial());
			return { unsubscribe: () => observers.delete(next) };
		},
	};
}

export const jotai: Kind[] = [
	['a primitive atom', () => of(settings())],
	['a derived atom that can be written to', () => {
		const whole = atom({ settings: initial() });
		return of(atom((get) => get(whole).settings, (_, set, settings: Settings) => set(whole, { settings })));
	}],
	['a derived atom that is written to later', () => {
		const held = settings();
		const write = async (_: unknown, set: (to: typeof held, value: Settings) => void, value: Settings) => {
			await Promise.resolve();
			set(held, value);
		};
		return of(atom((get) => get(held), write as never));
	}],
	['atomWithStorage', () => of(atomWithStorage('settings', initial(), storage()))],
	['atomWithStorage, read at once', () => of(atomWithStorage('settings', initial(), storage(), { getOnInit: true }))],
	['atomWithReset', () => of(atomWithReset(initial()))],
	['atomWithDefault', () => of(atomWithDefault(initial))],
	['atomWithLazy', () => of(atomWithLazy(initial))],
	['atomWithReducer of states', () => of(atomWithReducer(initial(), (_, next: Settings) => next))],
	['one of an atomFamily', () => of(family('settings'))],
	['freezeAtom', () => of(freezeAtom(settings()))],
	['atomWithObservable of a subject', () => of(atomWithObservable(subject as never))],
	['atomWithRefresh that can be written to', () => {
		const held = settings();
		return of(atomWithRefresh((get) => get(held), (_, set, value: Settings) => set(held, value)));
	}],
	['a Map', () => {
		const held = atom(new Map<string, unknown>(Object.entries(initial())));
		return of(held, {}, atom((get) => Object.fromEntries(get(held))));
	}],

	['atomWithObservable of what cannot be written to', () => {
		const { subscribe } = subject();
		return of(atomWithObservable(() => ({ subscribe }) as never));
	}, 'observable is not subject'],
	['a derived atom', () => of(atom((get) => get(settings()))), unwritable],
	['selectAtom', () => of(selectAtom(atom({ settings: initial() }), (it) => it.settings)), unwritable],
	['loadable', () => of(loadable(settings())), unwritable],
	['an atomFamily', () => of(family, {}, settings()), unwritable],
	['atomWithReducer of actions', () => {
		const reset = (state: Settings, { type }: { type: string }) => (type === 'reset' ? initial() : state);
		return of(atomWithReducer(initial(), reset));
	}, untaken],
	['splitAtom', () => of(splitAtom(atom([1, 2]))), untaken],
	['a derived atom whose write does nothing', () => of(atom((get) => get(settings()), () => {})), untaken],
];
