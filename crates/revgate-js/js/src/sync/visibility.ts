/** Tells whether the page can be seen, now and whenever that changes, until what it returns is called. */
export function watchVisibility(told: (isVisible: boolean) => void): () => void {
	if (typeof document === 'undefined') {
		return () => {};
	}
	const tell = () => told(document.visibilityState !== 'hidden');
	document.addEventListener('visibilitychange', tell);
	if (document.visibilityState === 'hidden') {
		tell();
	}
	return () => document.removeEventListener('visibilitychange', tell);
}
