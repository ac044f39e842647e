import { createPinia, defineStore, setActivePinia, type Store, storeToRefs } from 'pinia';
import { computed, reactive, readonly, ref, shallowRef, toRefs, watch } from 'vue';

import { createPiniaSnapshotApplier } from '../../../src/appliers/pinia.js';
import { initial, type Kind, type Opened, type Settings } from './kind.js';

type Any = Store<string, Settings>;

function of(define: () => object, pass = (store: object) => store): Opened {
	setActivePinia(createPinia());
	const store = (define() as () => Any)();
	const state = () => {
		const { theme, isLoading } = store;
		return { theme, isLoading };
	};
	return {
		create: () => createPiniaSnapshotApplier<Settings, never>(pass(store) as Any),
		state,
		watch: (told) => void watch(state, told),
	};
}

const option = () => defineStore('settings', { state: initial });
const setup = (make: () => object) => () => defineStore('settings', make);
const isLoading = () => ref(true);
const unheld = "revgate/pinia: 'theme' is in the store, and no state of it; make it a ref";
const noStore = 'revgate/pinia: this is no store; pass what its function returns: useStore()';

export const pinia: Kind[] = [
	['an option store', () => of(option)],
	['a setup store of refs', () => of(setup(() => ({ theme: ref('light'), isLoading: isLoading() })))],
	['a setup store of shallow refs', () => of(setup(() => ({ theme: shallowRef('light'), isLoading: isLoading() })))],
	['a setup store of the refs of a reactive', () => of(setup(() => toRefs(reactive(initial()))))],

	['the function of a store', () => of(option, () => option()), noStore],
	['storeToRefs', () => of(option, (store) => storeToRefs(store as Any)), noStore],
	[
		'a setup store of plain values',
		() => of(setup(() => ({ theme: 'light', isLoading: isLoading() }))),
		unheld,
	],
	['a setup store of a computed value that can be set', () => {
		const held = ref('light');
		const theme = computed({ get: () => held.value, set: (to) => void (held.value = to) });
		return of(setup(() => ({ theme, isLoading: isLoading() })));
	}, unheld],
	[
		'a setup store of a readonly ref',
		() => of(setup(() => ({ theme: readonly(ref('light')), isLoading: isLoading() }))),
		"revgate: the state's key 'theme' cannot be set: its ref is readonly",
	],
];
