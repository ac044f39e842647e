/** What a page holds of a family. */

import { compareVersions, type Version } from '../gate/gate.js';
import { isSame, ProtocolError, versionOf } from '../sync/messages.js';
import { checkVersion, gateNow } from '../sync/revision.js';
import type { Layer } from '../topic/edit.js';
import { type Place, share, takeParsed, Unfit } from '../topic/exact/index.js';
import { pointer } from '../topic/exact/pointer.js';

/** A member. **Its version only grows as long as it is there.** */
export interface Row {
	readonly version: Version;
	/** The newest state that is known; `undefined` for none. */
	readonly state: unknown;
	/** The state is of an older version: a newer one has been told of that is large. */
	readonly isStale: boolean;
}

/** What was different afterwards. */
export interface Shift {
	readonly come: readonly string[];
	/** Those of which something else is known, and which were there before. */
	readonly changed: readonly string[];
	readonly gone: readonly string[];
}

/** What makes rows of a version of those before it, as the wire has it. */
export class Material {
	/** @param isWhole whether these are all members, or those that have changed */
	constructor(
		readonly isWhole: boolean,
		readonly members: unknown,
	) {}
}

/** The members, by their keys. As `collection/rows.rs` in Rust. */
export class Rows {
	readonly #rows = new Map<string, Row>();
	/** The keys, once somebody has asked for them. */
	#keys: readonly string[] | undefined;

	/** @param place where their states have BigInts */
	constructor(readonly place: Place) {}

	get size(): number {
		return this.#rows.size;
	}

	get(key: string): Row | undefined {
		return this.#rows.get(key);
	}

	/** All keys, sorted as Rust sorts them: they are ASCII. The same list until members come or go. */
	keys(): readonly string[] {
		return (this.#keys ??= Object.freeze([...this.#rows.keys()].sort()));
	}

	/** @throws {Error} if it cannot be read: then nothing has changed. */
	take({ isWhole, members }: Material): Shift {
		if (typeof members !== 'object' || members === null) throw new ProtocolError('the members of a family are an object by their keys');
		const told = Object.entries(members).map(([key, member]) => [key, this.#told(key, member)] as const);
		const gone = isWhole ? [...this.#rows.keys()].filter((key) => !Object.hasOwn(members, key)) : [];
		return this.#shift([...told, ...gone.map((key) => [key, undefined] as const)]);
	}

	/** A member is known to be so by another way; of the same version, this is what was shown of it. */
	learn(key: string, { version, data }: Layer): void {
		const before = this.#rows.get(key);
		if (before && !isNewer(before.version, version)) this.#rows.set(key, { version, state: data, isStale: false });
	}

	/** What is known of a member when this was told: the same as before, if that is no news; `undefined` if it is gone. */
	#told(key: string, member: unknown): Row | undefined {
		if (member === null) return undefined;
		if (typeof member !== 'object') throw new ProtocolError(`the member \`${key}\` is an object with its version, not ${typeof member}`);
		const version = versionOf(member as Record<string, unknown>);
		const before = this.#rows.get(key);
		if (before && isSame(before.version, version) && !before.isStale) return before;
		checkVersion(version);
		const isLarge = !('data' in member);
		if (before && !(isLarge ? isNewer(version, before.version) : isNews(version, before))) return before;
		return isLarge
			? { version, state: before?.state, isStale: true }
			: { version, state: share(before?.state, this.#state(key, member.data)), isStale: false };
	}

	#state(key: string, data: unknown): unknown {
		try {
			return takeParsed(data, this.place);
		} catch (error) {
			throw error instanceof Unfit ? new Unfit(pointer([key]) + error.path, error.reason) : error;
		}
	}

	#shift(told: readonly (readonly [string, Row | undefined])[]): Shift {
		const [come, changed, gone]: [string[], string[], string[]] = [[], [], []];
		for (const [key, row] of told) {
			const before = this.#rows.get(key);
			if (row === before) continue;
			(!before ? come : row ? changed : gone).push(key);
			if (row) this.#rows.set(key, row);
			else this.#rows.delete(key);
		}
		if (come.length + gone.length > 0) this.#keys = undefined;
		return { come, changed, gone };
	}
}

/** The gate's order. */
export function isNewer(one: Version, other: Version): boolean {
	return compareVersions(gateNow(), one, other) > 0;
}

/** Whether a state of this version is newer than the one at hand. */
function isNews(version: Version, { version: known, isStale }: Row): boolean {
	return isNewer(version, known) || (isStale && isSame(version, known));
}
