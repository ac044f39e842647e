import { afterEach, beforeEach, expect } from 'vitest';

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

/** Fails each test after which a rejection was left to nobody, or an error to the window. */
export function watchTheWindow(): void {
	const unheard: unknown[] = [];
	const inNode = (reason: unknown) => unheard.push(reason);
	const inWindow = (event: Event) => {
		unheard.push((event as PromiseRejectionEvent).reason ?? (event as ErrorEvent).error);
		event.preventDefault();
	};
	beforeEach(() => {
		unheard.length = 0;
		if (typeof window === 'undefined') {
			process.on('unhandledRejection', inNode);
		} else {
			addEventListener('unhandledrejection', inWindow);
			addEventListener('error', inWindow);
		}
	});
	afterEach(async () => {
		await new Promise((resolve) => setTimeout(resolve));
		if (typeof window === 'undefined') {
			process.off('unhandledRejection', inNode);
		} else {
			removeEventListener('unhandledrejection', inWindow);
			removeEventListener('error', inWindow);
		}
		expect(unheard).toEqual([]);
	});
}
