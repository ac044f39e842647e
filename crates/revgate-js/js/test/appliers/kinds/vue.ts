import {
	computed,
	customRef,
	markRaw,
	proxyRefs,
	reactive,
	readonly,
	ref,
	shallowReactive,
	shallowReadonly,
	shallowRef,
	toRef,
	toRefs,
	watch,
} from 'vue';

import { createVueSnapshotApplier } from '../../../src/appliers/vue.js';
import { initial, type Kind, type Opened, type Settings } from './kind.js';

function of(held: object, shown: () => unknown = () => ({ ...held }), options: object = {}): Opened {
	const state = () => JSON.stringify(shown());
	return {
		create: () => createVueSnapshotApplier<object, never>(held, options),
		state: () => JSON.parse(state()),
		watch: (told) => void watch(state, told),
	};
}

const ofRef = (held: { value: unknown }): Opened => of(held, () => held.value);
const entries = () => Object.entries(initial());

const unwritable = 'revgate/vue: the state is readonly; pass what it was made of';
const unreactive = 'revgate/vue: the state is neither reactive nor a ref; pass reactive(state)';
const untaken = 'revgate/vue: the state was set, and does not show; pass what holds all of it';
const unkeyed = (what: string) =>
	`revgate/vue: the state is held by '${what}', which has no keys; use an object, or the library's own Map`;

export const vue: Kind[] = [
	['ref', () => ofRef(ref(initial()))],
	['shallowRef', () => ofRef(shallowRef(initial()))],
	['customRef', () => {
		let held = initial();
		const settings = customRef<Settings>((track, trigger) => ({
			get: () => (track(), held),
			set: (to) => ((held = to), trigger()),
		}));
		return ofRef(settings);
	}],
	['a computed value that can be set', () => {
		const held = ref(initial());
		return ofRef(computed({ get: () => held.value, set: (to) => void (held.value = to) }));
	}],
	['toRef of a reactive', () => ofRef(toRef(reactive({ settings: initial() }), 'settings'))],
	['a ref of a Map', () => {
		const held = ref(new Map(entries()));
		return of(held, () => Object.fromEntries(held.value));
	}],
	['a shallow ref of a reactive', () => ofRef(shallowRef(reactive(initial())))],
	['a box, named a ref', () => {
		const held = ref(initial());
		const box = { get value() { return held.value; }, set value(to) { held.value = to; } };
		return of(box, () => held.value, { target: 'ref' });
	}],
	['reactive', () => of(reactive(initial()))],
	['shallowReactive', () => of(shallowReactive(initial()))],
	['reactive of refs', () => of(reactive(toRefs(reactive(initial()))))],
	['reactive of a class', () => {
		class Plain implements Settings {
			theme = 'light';
			isLoading = true;
		}
		return of(reactive(new Plain()));
	}],
	['a reactive Map', () => {
		const held = reactive(new Map(entries()));
		return of(held, () => Object.fromEntries(held));
	}],
	['a shallow reactive Map', () => {
		const held = shallowReactive(new Map(entries()));
		return of(held, () => Object.fromEntries(held));
	}],
	['a ref, named reactive', () => {
		const held = ref(initial());
		return of(held, () => held.value, { target: 'reactive' });
	}],
	['a reactive, named a ref', () => of(reactive(initial()), undefined, { target: 'ref' })],
	['a reactive with the state in value, named a ref', () => {
		const held = reactive({ value: initial() });
		return of(held, () => held.value, { target: 'ref' });
	}],

	['readonly', () => of(readonly(reactive(initial()))), unwritable],
	['shallowReadonly', () => of(shallowReadonly(initial())), unwritable],
	['readonly of a ref', () => ofRef(readonly(ref(initial()))), unwritable],
	['a computed value', () => ofRef(computed(initial)), unwritable],
	['toRef of a getter', () => ofRef(toRef(initial)), unwritable],
	['toRef of a readonly', () => ofRef(toRef(readonly(reactive({ settings: initial() })), 'settings')), untaken],
	['an object that is not reactive', () => of(initial()), unreactive],
	['an object of refs', () => of(toRefs(reactive(initial())), undefined), unreactive],
	['proxyRefs', () => of(proxyRefs({ theme: ref('light'), isLoading: ref(true) })), unreactive],
	['markRaw', () => of(reactive(markRaw(initial()))), unreactive],
	['an object without a value, named a ref', () => of(initial(), undefined, { target: 'ref' }), unreactive],
	['a reactive list', () => of(reactive([1])), unkeyed('Array')],
	['a reactive Set', () => of(reactive(new Set([1]))), unkeyed('Set')],
	['a Map that is not reactive', () => of(new Map()), unreactive],
];
