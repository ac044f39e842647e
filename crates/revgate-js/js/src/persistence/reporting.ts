import { quietly } from '../sync/guard.js';
import type { PersistenceErrorContext } from './types.js';

/** Tells `listener`, which may throw; without one the console, so that nothing fails unheard. */
export function report(
	listener: ((context: PersistenceErrorContext) => void) | undefined,
	context: PersistenceErrorContext,
): void {
	const tell = listener ?? (() => console.warn(`[revgate] ${context.operation}: ${context.error.message}`));
	quietly(() => tell(context));
}
