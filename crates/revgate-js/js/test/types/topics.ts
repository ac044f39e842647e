// What the compiler knows of the topics that a module from Rust declares, as `revgate::typescript`
// writes it. Nothing of it runs.

import { createTopic, type Topic } from 'revgate';

type Counters = { left: number; right: number };

/** Text, to TypeScript of another kind than any. */
type SongId = string & { readonly brand: 'song' };

declare module 'revgate' {
	interface Topics {
		'typed/counters': Counters;
		[name: `typed-doc:${string}`]: { title: string };
	}
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
