// What the compiler knows of the topics that a module from Rust declares, as `revgate::typescript`
// writes it. Nothing of it runs.

import { createFamily, type Family } from 'revgate/family';
import { type ActingOptions, createTopic, type OptimisticAction, type Topic } from 'revgate';

type Counters = { left: number; right: number };

/** Text, to TypeScript of another kind than any. */
type SongId = string & { readonly brand: 'song' };

declare module 'revgate' {
	interface Topics {
		'typed/counters': Counters;
		[name: `typed-doc:${string}`]: { title: string };
	}
	interface Actions {
		'typed/counters': CounterAction;
		[name: `typed-doc:${string}`]: { rename: { to: string } };
	}
}

type CounterAction = { add: { left: number } } | { set: { right: number } } | 'reset';

export function actions(): void {
	const counters = createTopic('typed/counters', {
		actions: {
			add: (draft, { add }, { at }) => {
				draft.left += add.left;
				draft.right = at;
				// @ts-expect-error: it is not that action
				void set.right;
			},
			reset: (draft, action) => {
				action satisfies 'reset';
				draft.left = 0;
			},
		},
	});
	void counters.act('reset');
	void counters.act({ add: { left: 1 } }, (draft, action) => {
		action satisfies CounterAction;
		draft.left += 1;
		// @ts-expect-error: there is no such counter
		draft.middle = 1;
	});
	// @ts-expect-error: what it adds is a number
	void counters.act({ add: { left: '1' } });
	// @ts-expect-error: there is no such action
	void counters.act('unset');
	void createTopic('typed-doc:readme').act({ rename: { to: 'README' } });
	// @ts-expect-error: not of a document
	void createTopic('typed-doc:readme').act('reset');
	const all: OptimisticAction<Counters, CounterAction> = (draft, action) => {
		if (typeof action !== 'string' && 'set' in action) draft.right = action.set.right;
	};
	const options: ActingOptions<Counters, CounterAction> = { actions: all, writeTimeoutMs: 5000 };
	void createTopic<Counters, CounterAction>('undeclared', options).act({ set: { right: 1 } });
	// Nobody knows the actions of a topic that is given its type here alone.
	void createTopic<Counters>('undeclared', { actions: { add: (draft) => void (draft.left += 1) } }).act(['anything']);
	// A handle of a topic with actions is one of the topic.
	const plain: Topic<Counters> = counters;
	void plain;
}

export function topics(): void {
	const counters: Topic<Counters> = createTopic('typed/counters');
	void counters.update((draft) => {
		draft.left += 1;
		// @ts-expect-error: a counter is a number
		draft.right = 'none';
		// @ts-expect-error: there is no such counter
		draft.middle = 1;
	});
	const queue = createTopic<{ readonly songs: readonly SongId[]; playing: SongId | null }>('undeclared-queue');
	void queue.update((draft) => {
		draft.songs.push(draft.playing as SongId);
		draft.playing = draft.songs[0] ?? null;
		const first: SongId | undefined = draft.songs[0];
		void first?.toUpperCase();
		// @ts-expect-error: not every text is a song's id
		draft.playing = 'none';
	});
	const title: string | undefined = createTopic('typed-doc:readme').get()?.title;
	// @ts-expect-error: what a document has is known
	const pages = createTopic('typed-doc:readme').get()?.pages;
	// What Rust has not declared is what the window says that it is.
	const other = createTopic<{ name: string }>('undeclared').get()?.name satisfies string | undefined;
	void [title, pages, other];
}

export function families(): void {
	const docs = createFamily('typed-doc', { actions: { rename: (draft, { rename }) => void (draft.title = rename.to) } });
	docs satisfies Family<{ title: string }>;
	docs.subscribe('readme', (doc) => doc?.title.length);
	docs.subscribe((keys) => keys.map((key) => docs.get(key)?.title));
	void docs.update('readme', (draft) => void (draft.title = 'README'));
	void docs.act('readme', { rename: { to: 'README' } });
	// @ts-expect-error: not of a document
	void docs.act('readme', 'reset');
	// @ts-expect-error: there is no such field
	void docs.update('readme', (draft) => void (draft.name = 'README'));
	// @ts-expect-error: what is kept of a topic is nothing of a family's
	void createFamily('typed-doc', { cache: undefined as never });
	createFamily<{ title: string }>('undeclared').get('readme')?.title satisfies string | undefined;
}
