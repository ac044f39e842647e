import type { Driver } from './transport.js';

/**
 * Tells whether the page can be seen, now and whenever that changes, and when the browser shows one
 * again that it had put aside as another followed, until what it returns is called.
 */
export function watchVisibility({ setVisible, resume }: Pick<Driver<never>, 'setVisible' | 'resume'>): () => void {
	if (typeof document === 'undefined') {
		return () => {};
	}
	const tell = () => setVisible(document.visibilityState !== 'hidden');
	const back = ({ persisted }: PageTransitionEvent) => persisted && resume();
	document.addEventListener('visibilitychange', tell);
	addEventListener('pageshow', back);
	if (document.visibilityState === 'hidden') {
		tell();
	}
	return () => {
		document.removeEventListener('visibilitychange', tell);
		removeEventListener('pageshow', back);
	};
}
