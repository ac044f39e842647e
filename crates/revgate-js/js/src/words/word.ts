/**
 * What an error or an entry of a log says, by its number. A number is never given again: the messages of
 * a build for production have it, and `revgate/errors` of a later version is to know it too.
 */
export const enum Word {
	// Versions and times.
	NotCanonical = 1,
	NotTime,
	Freed,
	// What is wrong with a number's text: four in the order of the core.
	IsEmpty,
	IsNotDigits,
	HasLeadingZero,
	IsTooLarge,
	IsNotText,

	// Options that contradict each other: seven in the order of the core.
	MaxWaitTooShort = 10,
	MaxWaitWithoutDebounce,
	LeadingWithoutPacing,
	NoTimeForFetch,
	BackoffAboveCap,
	NoBackoff,
	ResyncTooOften,
	NotTrailing,
	OptionNotTime,

	// What the backend says.
	EventNotObject = 30,
	SnapshotNotObject,
	BaseNotObject,
	NoTopic,
	NoData,
	UnknownBase,
	Stale,
	SubscriptionEnded,
	ActedNotObject,
	RefusedNotObject,
	WrittenNotObject,

	// What takes too long, or comes too late.
	NoAnswer = 50,
	NotApplied,
	HeldBack,
	Stopped,
	NoModule,

	// What the app's functions do.
	NotAtOnce = 60,
	NoUnsubscribe,

	// What only a log tells.
	Skipped = 70,
	NewsUnread,
	Lingers,
	StatusThrew,
	OnErrorThrew,

	// Appliers.
	PicksAndOmits = 80,
	NoKeys,
	NoKeysOrReplace,
	Unshown,
	HeldByNone,
	KeyOfAllObjects,
	KeyReadonly,
	KeyNoText,
	RefReadonly,

	// The appliers of one library each.
	NotObservable = 100,
	NoPiniaStore,
	NoPiniaState,
	VueReadonly,
	VuePlain,
	SvelteReadonly,
	SvelteEither,
	SvelteOfStore,
	NoAtom,
	NoReducer,
}

/** What a message is about: names and numbers. */
export type Part = string | number;
