import type { PersistenceErrorContext } from '../../src/persistence/index.js';

if (typeof indexedDB === 'undefined') {
	const fake = await import('fake-indexeddb');
	Object.assign(globalThis, { indexedDB: fake.indexedDB });
}

/** What was told, as `operation fault`; each context in full in `contexts`. */
export class Heard {
	readonly contexts: PersistenceErrorContext[] = [];
	readonly listener = (context: PersistenceErrorContext): void => {
		this.contexts.push(context);
	};

	get faults(): string[] {
		return this.contexts.map(({ operation, error }) => `${operation} ${error.fault}`);
	}

	get message(): string {
		return this.contexts.at(-1)?.error.message ?? '';
	}
}
