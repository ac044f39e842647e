import { platform } from '../../sync/host.js';
import { PersistenceError } from '../errors.js';

/** How long a storage may take for an answer: a window must not wait for one that never comes. */
export const TIMEOUT_MS = 5_000;

/** The answer, if it comes in time; if not, `givenUp` is called. */
export function within<R>(
	timeoutMs: number,
	where: string,
	answer: Promise<R>,
	givenUp: () => void = () => {},
): Promise<R> {
	return new Promise((resolve, reject) => {
		const cancel = platform.after(timeoutMs, () => {
			givenUp();
			reject(
				new PersistenceError(
					'blocked',
					`${where} has not answered within ${timeoutMs} ms. If it is busy in another tab, close or ` +
						'reload that.',
				),
			);
		});
		answer.then(resolve, reject).finally(cancel);
	});
}
