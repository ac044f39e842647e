/** The state that the page had before the topic was made. */

import type { Version } from '../gate/gate.js';
import { fieldsOf, versionOf } from '../sync/messages.js';
import { checkVersion } from '../sync/revision.js';
import type { Logger } from '../types.js';
import { Word } from '../words/say.js';
import type { TopicBackend } from './backend.js';
import type { Layer } from './edit.js';
import { type Place, takeParsed } from './exact/index.js';
import { readFetched } from './gating.js';

/** Shown at once; whether it is the newest, the answer of the subscription says, which leaves it out then. */
export class Early {
	/** There from when it is shown until the gate has a state. */
	#shown: Layer | undefined;

	constructor(
		readonly topic: string,
		readonly backend: TopicBackend,
		readonly place: Place,
		readonly logger: Logger,
	) {}

	get version(): Version | undefined {
		return this.#shown?.version;
	}

	get data(): unknown {
		return this.#shown?.data;
	}

	/** Has it shown, if there is one and `show` wants it; a promise if it is on its way. */
	recall(show: (layer: Layer) => boolean): Promise<void> | undefined {
		const found = (text: string | undefined): void => {
			if (text === undefined) return;
			const layer = this.#read(text);
			if (show(layer)) this.#shown = layer;
		};
		const unread = (error: unknown): void =>
			this.logger.warn(`[revgate] topic \`${this.topic}\`: what the page had of it early cannot be shown`, error);
		try {
			const early = this.backend.preloaded?.(this.topic);
			if (typeof early === 'object') return early.then(found).catch(unread);
			found(early);
		} catch (error) {
			unread(error);
		}
		return undefined;
	}

	/** An answer of the backend's, with the state that it leaves out. */
	whole(answer: unknown): unknown {
		const isLeftOut = this.#shown && typeof answer === 'object' && answer !== null && !('data' in answer);
		return isLeftOut ? { ...this.version, data: this.data } : answer;
	}

	/** The gate has a state: that is the one that the window knows. */
	forget(): void {
		this.#shown = undefined;
	}

	#read(text: string): Layer {
		const answer = fieldsOf(Word.SnapshotNotObject, readFetched(text));
		const version = versionOf(answer);
		checkVersion(version);
		return { version, data: takeParsed(answer['data'], this.place) };
	}
}
