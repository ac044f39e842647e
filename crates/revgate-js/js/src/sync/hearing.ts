import type { Gate } from '../gate/gate.js';
import { atOnce } from './guard.js';
import { eventOf, type Fields, type Material, materialOf } from './messages.js';
import type { Reporter } from './report.js';
import type { Sink } from './transport.js';

/**
 * Whether an announcement is to be taken.
 *
 * @throws RevisionError if its version is none.
 */
export function isOfInterest<T>(event: Fields, gate: Gate, sink: Sink<T>, report: Reporter): boolean {
	if (sink.shouldRefresh === undefined && sink.holds === undefined) {
		return true;
	}
	const announced = eventOf(event);
	gate.check(announced);
	try {
		if (!atOnce('shouldRefresh', sink.shouldRefresh?.(announced) ?? true)) {
			report.log('debug', 'invalidation skipped (shouldRefresh)', { event: announced });
			return false;
		}
	} catch (error) {
		// Rather a fetch too many than a state too old.
		const extra = { sourceEvent: event, eventRevision: announced.revision };
		report.tell(report.failure('invalidation', error, extra));
	}
	return !(sink.holds?.(announced, event) ?? false);
}

/** The news that came with it. Such as cannot be read cost a fetch, but not the version. */
export function newsOf<T>(event: Fields, gate: Gate, sink: Sink<T>, report: Reporter): Material | undefined {
	try {
		const material = materialOf(event);
		if (material === undefined || 'data' in material) {
			return material;
		}
		gate.check(material.base);
		return sink.patched === undefined ? undefined : material;
	} catch (error) {
		report.log('warn', 'news that cannot be read are fetched', { error });
		return undefined;
	}
}
