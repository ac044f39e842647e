import { type Gate, Input, Look, type Version } from '../gate/gate.js';
import { say, Word } from '../words/say.js';
import { atOnce } from './guard.js';
import type { Host } from './host.js';
import { checkTopic, eventOf, type Fields, fieldsOf, isSame, type Material, materialOf, type Payload, versionOf } from './messages.js';
import type { Reporter } from './report.js';
import type { Sink } from './transport.js';

/** Announcements on their way to the gate, and the news that it counts on. */
export interface Hearing {
	/** Tells the gate. What is wrong with the message is reported. `isReleased`: the sink has held it. */
	hear(gate: Gate, message: unknown, isReleased: boolean): void;
	/** The news kept, which are then kept no more. */
	take(): Payload | undefined;
	/** Knows nothing any more, for another gate. */
	forget(): void;
	/** Keeps none on which the gate does not count any more. */
	tidy(gate: Gate): void;
}

export function createHearing<T>(topic: string, host: Host, sink: Sink<T>, report: Reporter): Hearing {
	let kept: Payload | undefined;
	/** What the gate was told of last. */
	let heard: Version | undefined;

	/** @throws RevisionError if somebody decides on the version, and it is none. */
	function isOfInterest(event: Fields, gate: Gate): boolean {
		if (sink.shouldRefresh !== undefined) {
			const announced = eventOf(event);
			gate.check(announced);
			try {
				if (!atOnce('shouldRefresh', sink.shouldRefresh(announced) ?? true)) {
					report.log('debug', say(Word.Skipped), { event: announced });
					return false;
				}
			} catch (error) {
				// Rather a fetch too many than a state too old.
				const extra = { sourceEvent: event, eventRevision: announced.revision };
				report.tell(report.failure('invalidation', error, extra));
			}
		}
		return !sink.holds?.(event);
	}

	/** The news that came with it. Such as cannot be read cost a fetch, but not the version. */
	function newsOf(event: Fields, gate: Gate): Material | undefined {
		try {
			const material = materialOf(event);
			if (material === undefined || 'data' in material) {
				return material;
			}
			gate.check(material.base);
			return sink.patched === undefined ? undefined : material;
		} catch (error) {
			report.log('warn', say(Word.NewsUnread), { error });
			return undefined;
		}
	}

	function tell(gate: Gate, now: number, version: Version, material: Material | undefined): void {
		if (material === undefined) {
			return gate.handle(now, Input.Announced, version);
		}
		const isState = 'data' in material;
		if (isState) {
			gate.handle(now, Input.AnnouncedState, version);
		} else {
			gate.handle(now, Input.AnnouncedPatch, version, 0, material.base);
		}
		// Of the same version, the gate goes by what came first, unless it is the whole state.
		if (gate.look(Look.Keeps) && (isState || !isSame(kept?.version, version))) {
			kept = { version, material };
		}
	}

	return {
		hear(gate, message, isReleased) {
			const refused = (error: unknown) => void report.tell(report.failure('protocol', error, { sourceEvent: message }));
			let version: Version;
			let material: Material | undefined;
			try {
				const event = fieldsOf(Word.EventNotObject, message);
				// Only what is of another topic may be of none.
				if (!isReleased && !(event['topic'] === topic ? isOfInterest(event, gate) : checkTopic(event))) {
					return;
				}
				version = versionOf(event);
				material = newsOf(event, gate);
			} catch (error) {
				return refused(error);
			}
			// The same once more, which is delivered at least once: not worth a look at the clock.
			if (material === undefined && heard !== undefined && isSame(heard, version)) {
				return;
			}
			const now = host.now();
			try {
				tell(gate, now, version, material);
				heard = version;
			} catch (error) {
				refused(error);
			}
		},
		take() {
			const news = kept;
			kept = undefined;
			return news;
		},
		forget() {
			heard = kept = undefined;
		},
		tidy(gate) {
			if (kept !== undefined && !gate.look(Look.Kept)) {
				kept = undefined;
			}
		},
	};
}
