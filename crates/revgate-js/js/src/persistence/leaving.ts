import type { Unsubscribe } from '../types.js';

/**
 * Calls back when the page may be about to go: when it is left, and when it is hidden, which is the
 * last that a page on a phone hears.
 */
export function onLeaving(leave: () => void): Unsubscribe {
	if (typeof document === 'undefined') {
		return () => {};
	}
	const hidden = () => {
		if (document.visibilityState === 'hidden') {
			leave();
		}
	};
	addEventListener('pagehide', leave);
	document.addEventListener('visibilitychange', hidden);
	return () => {
		removeEventListener('pagehide', leave);
		document.removeEventListener('visibilitychange', hidden);
	};
}
