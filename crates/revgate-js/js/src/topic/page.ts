/** What the page is up to. */

import type { Unsubscribe } from '../types.js';

/** Tells whenever the window is hidden or shown, and when the page is about to go. */
export function followPage(setVisible: (isVisible: boolean) => void, going: () => void): Unsubscribe {
	if (typeof document === 'undefined') return () => undefined;
	const changed = (): void => setVisible(!document.hidden);
	document.addEventListener('visibilitychange', changed);
	// When another page follows, or a script closes the window, what is sent later is lost.
	window.addEventListener('beforeunload', going);
	window.addEventListener('pagehide', going);
	return () => {
		document.removeEventListener('visibilitychange', changed);
		window.removeEventListener('beforeunload', going);
		window.removeEventListener('pagehide', going);
	};
}
