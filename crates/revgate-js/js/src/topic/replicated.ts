/** A replica, as who writes for it sees it. */

import type { Written } from './backend.js';
import type { Layer } from './edit.js';
import type { TopicError } from './error.js';
import type { Place } from './exact/index.js';
import type { Sender } from './flight.js';

/** What a writer needs of the replica that it writes for. */
export interface Replicated extends Sender {
	readonly topic: string;
	readonly place: Place;
	/** How often in a row a write may lose against others'. */
	readonly maxRebases: number;
	/** The last failure, if nothing has come after it. */
	readonly error: TopicError | undefined;
	send(change: Written): Promise<string>;
	/** Shows the edits as they stand. */
	show(): void;
	/** Somebody waits for a state: it is asked for at once, if it is not on its way. */
	hasten(): void;
	/** A write was answered with this state. */
	offer(layer: Layer): void;
	/** A write that could have had this echo has been answered. */
	answered(): void;
	/** Something else is written: the failure of a write before is no news any more. */
	dismissError(): void;
	/** Tells of a failure. */
	tell(error: TopicError): void;
}
