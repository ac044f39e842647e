import { type Part, Word } from './word.js';

/** What each number says. */
export const WORDS: Readonly<Record<Word, (...parts: Part[]) => string>> = {
	[Word.NotCanonical]: (field, shown, fault) => `${field} ${shown} is not a canonical decimal number: ${fault}`,
	[Word.NotTime]: () => '`now` must be milliseconds, from 0 on, and is NaN or negative',
	[Word.Freed]: () => 'this gate or pacer was freed',
	[Word.IsEmpty]: () => 'it is empty',
	[Word.IsNotDigits]: () => 'it may hold only the digits 0 to 9',
	[Word.HasLeadingZero]: () => 'it has a leading zero',
	[Word.IsTooLarge]: () => 'it is larger than 18446744073709551615',
	[Word.IsNotText]: () => 'it is not text',

	[Word.MaxWaitTooShort]: () => '`maxWaitMs` must not be shorter than `debounceMs`',
	[Word.MaxWaitWithoutDebounce]: () => '`maxWaitMs` has no meaning without `debounceMs`',
	[Word.LeadingWithoutPacing]: () => '`leading` has no meaning without `debounceMs` or `throttleMs`',
	[Word.NoTimeForFetch]: () => '`fetchTimeoutMs` must be longer than zero',
	[Word.BackoffAboveCap]: () => '`backoff.firstMs` must not be longer than `backoff.capMs`',
	[Word.NoBackoff]: () => '`backoff.firstMs` must be longer than zero',
	[Word.ResyncTooOften]: () => '`resyncMs` must not be shorter than `fetchTimeoutMs`',
	[Word.NotTrailing]: () => '`trailing` cannot be false: the last update of a burst would be lost',
	[Word.OptionNotTime]: (name) => `\`${name}\` must be milliseconds from 0 on`,

	[Word.EventNotObject]: (kind) => `an invalidation event must be an object, not ${kind}`,
	[Word.SnapshotNotObject]: (kind) => `a snapshot must be an object, not ${kind}`,
	[Word.BaseNotObject]: (kind) => `the base of a patch must be an object, not ${kind}`,
	[Word.NoTopic]: () => 'Empty topic in invalidation event',
	[Word.NoData]: (revision) => `a snapshot must have \`data\`: revision ${revision} is news`,
	[Word.UnknownBase]: (revision) => `a patch on revision ${revision}, which is not at hand`,
	[Word.Stale]: (fetched, wanted) => `revision ${fetched} came though ${wanted} was announced`,
	[Word.SubscriptionEnded]: () => 'the backend has ended the subscription',
	[Word.ActedNotObject]: (kind) => `the answer to actions must be an object, not ${kind}`,
	[Word.RefusedNotObject]: (kind) => `an action that was refused must be an object, not ${kind}`,
	[Word.WrittenNotObject]: (kind) => `the answer to a write must be an object, not ${kind}`,

	[Word.NoAnswer]: (limit) => `no answer within ${limit} ms`,
	[Word.NotApplied]: (limit) => `not applied within ${limit} ms`,
	[Word.HeldBack]: (late) => `held back ${late} ms too long: timers are slowed down`,
	[Word.Stopped]: (topic, phase) => `topic \`${topic}\` was stopped: no ${phase} after that`,
	[Word.NoModule]: () =>
		"[revgate] the gate's WebAssembly module is not there yet: wait for `provideGate` of " +
		'revgate/slim, or for the start of a sync, before this call',

	[Word.NotAtOnce]: (name) => `${name} must answer at once, not with a promise`,
	[Word.NoUnsubscribe]: (kind) => `subscribe must give a function that ends it, not ${kind}`,

	[Word.Skipped]: () => 'invalidation skipped (shouldRefresh)',
	[Word.NewsUnread]: () => 'news that cannot be read are fetched',
	[Word.Lingers]: () => 'a subscription may still stand',
	[Word.StatusThrew]: () => 'status callback threw',
	[Word.OnErrorThrew]: () => 'onError callback threw',

	[Word.PicksAndOmits]: () => 'revgate: give pickKeys or omitKeys, not both',
	[Word.NoKeys]: (library, kind) =>
		`revgate/${library}: the state is '${kind}', which has no keys; return an object from toState`,
	[Word.NoKeysOrReplace]: (library, kind) =>
		`revgate/${library}: the state is '${kind}', which has no keys; return an object from toState` +
		", or pass mode: 'replace', strict: false",
	[Word.Unshown]: (library) =>
		`revgate/${library}: the state was set, and does not show; pass what holds all of it`,
	[Word.HeldByNone]: (library, tag) =>
		`revgate/${library}: the state is held by '${tag}', which has no keys; use an object, or the library's own Map`,
	[Word.KeyOfAllObjects]: (key) => `revgate: the state's key '${key}' cannot be set; rename it in toState`,
	[Word.KeyReadonly]: (key) => `revgate: the state's key '${key}' cannot be set: the object is readonly`,
	[Word.KeyNoText]: (key, kind) => `revgate: the state's key '${key}' cannot be set: it is a ${kind}, and no text`,
	[Word.RefReadonly]: (key) => `revgate: the state's key '${key}' cannot be set: its ref is readonly`,

	[Word.NotObservable]: () =>
		'revgate/mobx: the store is not observable; pass what observable() or makeAutoObservable() returns',
	[Word.NoPiniaStore]: () => 'revgate/pinia: this is no store; pass what its function returns: useStore()',
	[Word.NoPiniaState]: (key) => `revgate/pinia: '${key}' is in the store, and no state of it; make it a ref`,
	[Word.VueReadonly]: () => 'revgate/vue: the state is readonly; pass what it was made of',
	[Word.VuePlain]: () => 'revgate/vue: the state is neither reactive nor a ref; pass reactive(state)',
	[Word.SvelteReadonly]: () => 'revgate/svelte: the store is readonly; pass the writable that it is made of',
	[Word.SvelteEither]: () =>
		"revgate/svelte: what has set, update and values may be either; say target: 'state' or 'store'",
	[Word.SvelteOfStore]: () => 'revgate/svelte: this is made of a store, and no object of $state; pass the store',
	[Word.NoAtom]: () => 'revgate/jotai: this is no atom that can be written to; pass the one that holds the state',
	[Word.NoReducer]: () =>
		"revgate/redux: no reducer has taken the snapshot; make the store's by withSnapshotHandling(reducer)",
};
