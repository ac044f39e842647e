import type { Rules } from './shared.js';
import { type Fields, isCode, kindOf, share } from './value.js';

/** The value after `current`; `current` itself if nothing changes. Neither argument is changed. */
export function merge(current: unknown, next: unknown, { replaces, allows }: Rules): unknown {
	if (kindOf(next) !== 'object') return share(current, next);
	const hasFields = typeof current === 'object' && current !== null && !Array.isArray(current);
	const kept = Object.entries(hasFields ? current : {}).filter(
		([key, value]) => !replaces || !allows(key) || isCode(value),
	);
	const taken = Object.entries(next as Fields).filter(([key]) => allows(key));
	return share(current, Object.fromEntries([...kept, ...taken]));
}
