import { isThenable, quietly } from './guard.js';
import type { Material } from './kept.js';
import { eventOf, type Fields, materialOf } from './messages.js';
import type { Reporter } from './report.js';
import { checkVersion } from './revision.js';
import type { Sink } from './transport.js';

/**
 * Whether an announcement is to be taken.
 *
 * @throws RevisionError if its version is none.
 */
export function isOfInterest<T>(event: Fields, sink: Sink<T>, report: Reporter): boolean {
	if (sink.shouldRefresh === undefined && sink.holds === undefined) {
		return true;
	}
	const announced = eventOf(event);
	checkVersion(announced);
	try {
		const answer: unknown = sink.shouldRefresh?.(announced) ?? true;
		if (isThenable(answer)) {
			quietly(() => answer);
			throw new TypeError('shouldRefresh must answer at once, not with a promise');
		}
		if (!answer) {
			report.debug('invalidation skipped (shouldRefresh)', { event: announced });
			return false;
		}
	} catch (error) {
		// Rather a fetch too many than a state too old.
		report.fail('invalidation', error, { sourceEvent: event, eventRevision: announced.revision });
	}
	return !(sink.holds?.(announced, event) ?? false);
}

/** The news that came with it. Such as cannot be read cost a fetch, but not the version. */
export function newsOf<T>(event: Fields, sink: Sink<T>, report: Reporter): Material | undefined {
	try {
		const material = materialOf(event);
		if (material === undefined || 'data' in material) {
			return material;
		}
		checkVersion(material.base);
		return sink.patched === undefined ? undefined : material;
	} catch (error) {
		report.warn('news that cannot be read, so they are fetched', error);
		return undefined;
	}
}
