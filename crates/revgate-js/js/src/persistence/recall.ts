import type { SnapshotEnvelope } from '../types.js';
import { asPersistenceError, PersistenceError, reasonOf } from './errors.js';
import { isExpired, newerProgram } from './judge.js';
import type { Keeper, Kept } from './keeper.js';
import { migrateData } from './migration.js';
import { snapshotOf } from './storage/backend.js';
import type { LoadOptions, MigrationResult, PersistenceErrorContext } from './types.js';
import { type Versions, versions } from './versions.js';

/** How what was kept is judged. */
export interface Rules<T> extends LoadOptions<T> {
	/** Absent: any version that there is no `migration` for is taken as it is. */
	schemaVersion?: number | undefined;
	ttlMs?: number | undefined;
}

/** Who is told what happens on the way. */
export interface Hearing<T> {
	failed(context: PersistenceErrorContext): void;
	expired?(snapshot: SnapshotEnvelope<T>, ageMs: number): void;
	migrated?(result: MigrationResult<T>): void;
}

/** The last known state in today's shape; `null` if there is none to show. It never rejects. */
export async function recall<T>(
	keeper: Keeper<T>,
	rules: Rules<T>,
	hearing: Hearing<T>,
): Promise<SnapshotEnvelope<T> | null> {
	let kept: Kept | null = null;
	try {
		const { verifyHash = true, compression } = rules;
		const gate = await versions();
		kept = await keeper.load({ versions: gate, verifyHash, compression });
		return kept && checked(kept, gate, keeper.where, rules, hearing);
	} catch (thrown) {
		const error = asPersistenceError(thrown, `reading the last known state from ${keeper.where}`);
		hearing.failed({
			operation: error.fault === 'migration' ? 'migrate' : 'load',
			error,
			willRetry: false,
			...(kept && { snapshot: snapshotOf<unknown>(kept) }),
			...(kept?.metadata && { metadata: kept.metadata }),
		});
		return null;
	}
}

function checked<T>(
	kept: Kept,
	gate: Versions,
	where: string,
	rules: Rules<T>,
	hearing: Hearing<T>,
): SnapshotEnvelope<T> {
	const fault = gate.faultOf(kept.version);
	if (fault !== undefined) {
		throw new PersistenceError('damaged', `what is kept at ${where} is not a state: ${fault}`);
	}
	if (!rules.ignoreTTL) {
		checkAge(kept, where, rules, hearing);
	}
	const data = inTodaysShape(kept, where, rules, hearing);
	const { validator, validate = true } = rules;
	if (validator && validate && !validator(data)) {
		throw new PersistenceError('invalid', `the validator refused the state that is kept at ${where}`);
	}
	return { ...snapshotOf<T>(kept), data };
}

function checkAge<T>(kept: Kept, where: string, rules: Rules<T>, hearing: Hearing<T>): void {
	const { metadata } = kept;
	const limits = [metadata?.ttlMs, rules.ttlMs].filter((limit) => limit !== undefined);
	const now = Date.now();
	if (!metadata || !limits.length || !isExpired(metadata, Math.min(...limits), now)) {
		return;
	}
	const age = now - metadata.savedAt;
	hearing.expired?.(snapshotOf(kept), age);
	throw new PersistenceError(
		'expired',
		`the state that is kept at ${where} has expired: it is ${age} ms old and may be shown for ` +
			`${Math.min(...limits)} ms (\`ttlMs\`)`,
	);
}

function inTodaysShape<T>(kept: Kept, where: string, rules: Rules<T>, hearing: Hearing<T>): T {
	const { migration } = rules;
	const today = migration?.currentVersion ?? rules.schemaVersion;
	const then = kept.metadata?.schemaVersion ?? today;
	if (today === undefined || then === undefined) {
		return kept.data as T;
	}
	if (then > today) {
		throw newerProgram(where, `with schema version ${then}, this one knows ${today}`);
	}
	const result = migrateData<T>(kept.data, then, migration ?? { currentVersion: today, migrations: {} });
	if (then !== today) {
		hearing.migrated?.(result);
	}
	if (!result.success) {
		const why = reasonOf(result.error);
		throw new PersistenceError(
			'migration',
			`the state that is kept at ${where} cannot be brought from schema version ${then} to ${today}: ` +
				`${why}. The window starts without it.`,
			result.error,
		);
	}
	return result.data as T;
}
