/** The page's own backend, which topics go to that name none. */

import type { TopicBackend } from '../topic/backend.js';

interface Page {
	__REVGATE__?: { backend?: TopicBackend; preload(): void; take(): undefined } | undefined;
}

/** Has topics go to this backend from now on that are made without one. Returns what ends that. */
export function stand(backend: TopicBackend): () => void {
	const page = globalThis as Page;
	const before = page.__REVGATE__;
	page.__REVGATE__ = { backend, preload: () => undefined, take: () => undefined };
	return () => void (page.__REVGATE__ = before);
}
