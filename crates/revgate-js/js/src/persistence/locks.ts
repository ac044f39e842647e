/** The longest that one tab waits for another: its holder may be frozen. Then it goes on without. */
const LONGEST_WAIT_MS = 2_000;

/** Does `act` with no other tab in between, where the platform has locks. */
export async function exclusively<R>(name: string, act: () => R): Promise<R> {
	const locks = globalThis.navigator?.locks;
	if (!locks) {
		return act();
	}
	let entered = false;
	try {
		return await locks.request(name, { signal: AbortSignal.timeout(LONGEST_WAIT_MS) }, () => {
			entered = true;
			return act();
		});
	} catch (error) {
		if (entered) {
			throw error;
		}
		return act(); // No lock to be had: waited too long, or a frame of no origin.
	}
}
