/** What the page is up to. */

import type { Driver } from '../sync/transport.js';
import { watchVisibility } from '../sync/visibility.js';
import type { Unsubscribe } from '../types.js';

/** Tells whether the window can be seen, and when the page is about to go, and comes back. */
export function followPage(driver: Driver<never>, going: () => void): Unsubscribe {
	const stop = watchVisibility(driver);
	if (typeof window === 'undefined') return stop;
	// When another page follows, or a script closes the window, what is sent later is lost.
	window.addEventListener('beforeunload', going);
	window.addEventListener('pagehide', going);
	return () => {
		stop();
		window.removeEventListener('beforeunload', going);
		window.removeEventListener('pagehide', going);
	};
}
