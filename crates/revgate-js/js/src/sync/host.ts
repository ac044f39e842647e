/** The clock and the timers that a driver goes by. */
export interface Host {
	/** Milliseconds since any fixed moment. It never goes back: the wall clock does. */
	now(): number;
	/** Calls `call` after so many milliseconds, or earlier, unless what it returns is called before. */
	after(delayMs: number, call: () => void): () => void;
}

/** The longest that a timer can be set for; a longer one would come at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** What the platform has. */
export const platform: Host = {
	now: () => performance.now(),
	after(delayMs, call) {
		// Parts of a millisecond are cut by the platform, which would be too early.
		const timer = setTimeout(call, Math.min(Math.ceil(delayMs), LONGEST_MS));
		return () => clearTimeout(timer);
	},
};
