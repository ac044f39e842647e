import type { News, Version } from '../gate/gate.js';

/** What to make a state of. */
export type Material =
	| { readonly data: unknown }
	| { readonly base: Version; readonly patch: unknown };

/** The news that an announcement brought, until the gate has them applied: those it counts on. */
export class Kept {
	#version: Version | undefined;
	#material: Material | undefined;

	/** Keeps what came with the announcement of `version`, if that is what the gate now counts on. */
	keep(version: Version, news: News, material: Material, counted: Version | undefined): void {
		// Of the same version, the gate goes by what came first, unless it is the whole state.
		if (same(version, counted) && (news === 'state' || !same(version, this.#version))) {
			this.#version = version;
			this.#material = material;
		}
	}

	/** Lets go of what the gate does not count on. */
	retain(counted: Version | undefined): void {
		if (!same(this.#version, counted)) {
			this.#version = this.#material = undefined;
		}
	}

	/** What the announcement of `version` brought. */
	take(version: Version): Material | undefined {
		return same(version, this.#version) ? this.#material : undefined;
	}

	get isEmpty(): boolean {
		return this.#version === undefined;
	}
}

/** Canonical text is the same if and only if the number is. */
function same(a: Version | undefined, b: Version | undefined): boolean {
	return a?.revision === b?.revision && (a?.epoch ?? '0') === (b?.epoch ?? '0');
}
