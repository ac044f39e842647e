import { FUNCTION, maybe } from '../gate/check.js';
import type { SnapshotApplier } from '../types.js';
import { say, Word } from '../words/say.js';
import { checkKeyed, fill, isKeyed, type MapLike } from './place.js';
import { type ApplierOptions, type ApplyMode, type Container, createApplier, type Rules } from './shared.js';
import { take } from './take.js';
import { type Fields, kindOf } from './value.js';

/** An observable object, or an instance of a class that makes itself observable. */
export type MobXStoreLike<State extends object> = State;

/** What `observable.box` returns. */
export interface MobXBoxLike<State> {
	get(): State;
	set(value: State): void;
}

/** See {@link ApplyMode}. */
export type MobXApplyMode = ApplyMode;

/** What {@link createMobXSnapshotApplier} can be told. */
export type MobXSnapshotApplierOptions<State extends object, Data> = ApplierOptions<
	State,
	Data,
	{ store: MobXStoreLike<State> }
> & {
	/** That of MobX. Without it each key is a change of its own, which MobX warns of. */
	runInAction?: (change: () => void) => void;
};

/**
 * Applies snapshots to an `observable.map` in place: a key of the snapshot is one of the Map.
 *
 * @example
 * const settings = observable.map<string, string>();
 * const applier = createMobXSnapshotApplier(settings, { runInAction });
 */
export function createMobXSnapshotApplier<Value, Data = Record<string, Value>>(
	map: MapLike<Value>,
	options?: MobXSnapshotApplierOptions<Record<string, Value>, Data>,
): SnapshotApplier<Data>;

/**
 * Applies snapshots to an `observable.box`: to what it holds, in place, if that is observable, and
 * else by setting it.
 *
 * @example
 * const settings = observable.box<Settings>(defaults);
 * const applier = createMobXSnapshotApplier(settings, { runInAction });
 */
export function createMobXSnapshotApplier<State extends object, Data = State>(
	box: MobXBoxLike<State>,
	options?: MobXSnapshotApplierOptions<State, Data>,
): SnapshotApplier<Data>;

/**
 * Applies snapshots to a MobX store in place: one snapshot is one action, and reactions run once.
 * Actions and computed values stay. What a snapshot does not change keeps its identity; a snapshot
 * that changes nothing runs no reaction. In mode `'replace'`, a key that a snapshot does not have
 * goes away from `observable({…})`; a field that `makeObservable` or `makeAutoObservable` has
 * declared becomes undefined, as it is there for good. A key that a class has not declared is set,
 * but MobX does not observe it.
 *
 * @example
 * import { observable, runInAction } from 'mobx';
 *
 * const settings = observable<Settings>(defaults);
 * const applier = createMobXSnapshotApplier(settings, { runInAction });
 */
export function createMobXSnapshotApplier<State extends object, Data = State>(
	store: MobXStoreLike<State>,
	options?: MobXSnapshotApplierOptions<State, Data>,
): SnapshotApplier<Data>;

export function createMobXSnapshotApplier<State extends object, Data>(
	store: State,
	options: MobXSnapshotApplierOptions<State, Data> = {},
): SnapshotApplier<Data> {
	const runInAction = options.runInAction ?? ((change: () => void) => change());
	const create = (container: Container) =>
		createApplier<State, Data, { store: State }>('mobx', options, { store }, container, OWN);
	if ('isMobXObservableValue' in store) {
		const box = store as object as MobXBoxLike<unknown>;
		return create({
			holdsAnything: true,
			write(next, rules) {
				let done: unknown;
				runInAction(() => void (done = fillBox(box, next, rules)));
				return done;
			},
		});
	}
	const applier = create({ write: (next, rules) => runInAction(() => fillFields(store, next, rules)) });
	// Reading is part of an action: MobX can be told to warn of reads outside of one.
	runInAction(() => checkStore(store));
	return applier;
}

const OWN = { runInAction: maybe(FUNCTION) };

const propertyOf = Object.getOwnPropertyDescriptor;

/** Whether it has what MobX keeps in it, under a symbol of its own. */
function isObservable(value: unknown): value is object {
	return (
		typeof value === 'object' &&
		!!value &&
		Object.getOwnPropertySymbols(value).some(({ description }) => description === 'mobx administration')
	);
}

/** @throws TypeError for what no reaction would see a change of. */
function checkStore(store: object): void {
	if (!isObservable(store)) {
		throw new TypeError(say(Word.NotObservable));
	}
	checkKeyed('mobx', store);
}

function fillBox(box: MobXBoxLike<unknown>, next: unknown, rules: Rules): unknown {
	const held = box.get();
	// A copy of an observable would share its fields.
	const isFilled = isObservable(held) && isKeyed(held) && kindOf(next) === 'object';
	if (isFilled) return fillFields(held, next as Fields, rules);
	return take('mobx', { get: () => box.get(), set: (value) => box.set(value) }, next, rules);
}

function fillFields(store: object, next: Fields, rules: Rules): void {
	const isFixed = (key: string) => !propertyOf(store, key)?.configurable;
	fill(store, next, rules, { isFixed, remove });
}

/**
 * Removes a key from a proxy, which tells MobX. What `makeAutoObservable` has made of a plain object
 * is none, so that MobX would neither see that the key is gone nor that it is back: there it
 * becomes undefined. Which of the two it is shows in what becomes of a new key.
 */
function remove(fields: Fields, key: string): void {
	const property = propertyOf(fields, key) as PropertyDescriptor;
	delete fields[key];
	fields[key] = undefined;
	if (propertyOf(fields, key)?.get) {
		delete fields[key];
	} else {
		Object.defineProperty(fields, key, property);
		fields[key] = undefined;
	}
}
