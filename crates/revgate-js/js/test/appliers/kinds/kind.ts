// A kind of container, of a real library, and whether it follows snapshots.

import { expect } from 'vitest';

import type { SnapshotApplier } from '../../../src/types.js';
import { snapshotOf } from '../containers.js';

export interface Settings {
	theme: string;
	isLoading: boolean;
}

export const initial = (): Settings => ({ theme: 'light', isLoading: true });

export interface Opened {
	/** Makes the applier; what is refused at once is refused here. */
	create(): SnapshotApplier<never>;
	/** What the library shows. */
	state(): unknown;
	/** Has the library tell of each change. */
	watch(told: () => void): void;
}

/** A name, how one is made, and the words with which it is refused, if it is. */
export type Kind = [name: string, open: () => Opened, words?: string];

const settled = () => new Promise((resolve) => setTimeout(resolve));

/**
 * What becomes of a snapshot: it is shown, and whoever watches is told once; or there is an error,
 * whose words these are, and nothing has changed; or, as must never be, neither.
 */
export async function outcome(open: Kind[1]): Promise<string> {
	const kind = open();
	const before = kind.state();
	let told = 0;
	kind.watch(() => (told += 1));
	await settled();
	told = 0;
	let applier: SnapshotApplier<unknown>;
	try {
		applier = kind.create() as SnapshotApplier<unknown>;
		await applier.apply(snapshotOf({ theme: 'dark' }));
	} catch (error) {
		await settled();
		expect(kind.state()).toEqual(before);
		expect(told).toBe(0);
		return (error as Error).message;
	}
	await settled();
	if ((kind.state() as Partial<Settings>)?.theme !== 'dark' || told === 0) return 'nothing, silently';
	await applier.apply(snapshotOf({ theme: 'dark' }));
	await settled();
	expect(told, 'how often it was told').toBe(1);
	expect(kind.state()).toEqual({ ...initial(), theme: 'dark' });
	return 'works';
}
