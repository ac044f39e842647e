import {
	action,
	autorun,
	computed,
	extendObservable,
	makeAutoObservable,
	makeObservable,
	observable,
	runInAction,
	toJS,
} from 'mobx';

import { createMobXSnapshotApplier } from '../../../src/appliers/mobx.js';
import { Decorated } from './decorated.js';
import { initial, type Kind, type Opened, type Settings } from './kind.js';

/** `read` shows all of it. */
function of(store: object, read: () => unknown = () => ({ ...store }), options: object = { runInAction }): Opened {
	return {
		create: () => createMobXSnapshotApplier<object, never>(store, options),
		state: () => runInAction(() => toJS(read())),
		watch(told) {
			let isFirst = true;
			autorun(() => {
				JSON.stringify(toJS(read()));
				if (!isFirst) told();
				isFirst = false;
			});
		},
	};
}

class Plain implements Settings {
	theme = 'light';
	isLoading = true;
}
class Auto extends Plain {
	constructor() {
		super();
		makeAutoObservable(Object.setPrototypeOf(this, Plain.prototype));
	}
}
class Declared extends Plain {
	constructor() {
		super();
		makeObservable(this, { theme: observable, isLoading: observable, toggle: action });
	}
	toggle(): void {}
}
class Inheriting extends Declared {
	constructor() {
		super();
		makeObservable(this, { more: action });
	}
	more(): void {}
}

const fields = ({ theme, isLoading }: Settings) => ({ theme, isLoading });
const declared = (store: Settings) => of(store, () => fields(store));
const unobserved = 'revgate/mobx: the store is not observable; pass what observable() or makeAutoObservable() returns';
const unkeyed = (what: string) =>
	`revgate/mobx: the state is held by '${what}', which has no keys; use an object, or the library's own Map`;

export const mobx: Kind[] = [
	['observable', () => of(observable(initial()))],
	['observable, shallow', () => of(observable(initial(), {}, { deep: false }))],
	['extendObservable', () => of(extendObservable({}, initial(), {}))],
	['makeAutoObservable of an object', () => declared(makeAutoObservable(initial()))],
	['makeAutoObservable of a class', () => declared(new Auto())],
	['makeObservable of a class', () => declared(new Declared())],
	['a class with decorators', () => declared(new Decorated())],
	['a class that inherits one', () => declared(new Inheriting())],
	['observable.map', () => {
		const map = observable.map<string, unknown>(Object.entries(initial()));
		return of(map, () => Object.fromEntries(map));
	}],
	['observable of a Map', () => {
		const map = observable(new Map(Object.entries(initial())));
		return of(map, () => Object.fromEntries(map));
	}],
	['observable.map, shallow', () => {
		const map = observable.map<string, unknown>(Object.entries(initial()), { deep: false });
		return of(map, () => Object.fromEntries(map));
	}],
	['observable.box', () => {
		const box = observable.box(initial());
		return of(box, () => ({ ...box.get() }));
	}],
	['observable.box, not deep', () => {
		const box = observable.box(initial(), { deep: false });
		return of(box, () => box.get());
	}],
	['observable.box that is empty', () => {
		const box = observable.box<Settings | undefined>(undefined);
		return of(box, () => ({ isLoading: true, ...box.get() }));
	}],
	['observable.box of a Map', () => {
		const box = observable.box(new Map(Object.entries(initial())));
		return of(box, () => Object.fromEntries(box.get()));
	}],

	['an object that is not observable', () => of(initial()), unobserved],
	['a class that is not observable', () => declared(new Plain()), unobserved],
	['a Map that is not observable', () => of(new Map()), unobserved],
	['a computed value', () => of(computed(initial)), unobserved],
	['observable.array', () => of(observable([1, 2])), unkeyed('Array')],
	['observable.set', () => {
		const set = observable.set([1, 2]);
		return of(set, () => [...set]);
	}, unkeyed('Set')],
	['observable of an instance, which MobX leaves as it is', () => declared(observable(new Plain())), unobserved],
];
