import type { Host } from './host.js';

/**
 * One timer, for whatever is due next: sets it for a time, or for none. It may ring too early: to
 * set a timer anew with each announcement of a burst would cost more than the announcement.
 */
export function createAlarm(host: Host, ring: () => void): (due: number) => void {
	let cancel: (() => void) | undefined;
	let setFor = Infinity;
	return (due) => {
		if (due < setFor || due === Infinity) {
			cancel?.();
			cancel = undefined;
			setFor = due;
			if (due < Infinity) {
				cancel = host.after(Math.max(0, due - host.now()), () => {
					cancel = undefined;
					setFor = Infinity;
					ring();
				});
			}
		}
	};
}
