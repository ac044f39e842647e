import { check, FLAG, FUNCTION, having, kind, maybe, OBJECT, oneOf, only, type Shape, TEXT, TIME } from '../gate/check.js';
import { PACING } from '../gate/options.js';
import type { LoadOptions, SnapshotCacheOptions } from './types.js';

const SCHEMA_VERSION = kind('a whole number from 0 on', (it) => Number.isSafeInteger(it) && (it as number) >= 0);

/** Which channel tabs talk on. */
export const CHANNEL: Shape = { channelName: TEXT, receiveUpdates: maybe(FLAG), broadcastSaves: maybe(FLAG) };

/** What says of which shape data is. */
export const SHAPE: Shape = {
	schemaVersion: maybe(SCHEMA_VERSION),
	migration: maybe(
		only({ currentVersion: SCHEMA_VERSION, migrations: OBJECT, validate: maybe(FUNCTION) }, 'migration.'),
	),
};

const COMPRESSION = maybe((value, name) => {
	having('compress', 'decompress')(value, name);
	check(value, { algorithm: TEXT }, 'compression.');
});

const LOAD = only({
	migration: SHAPE['migration']!,
	validate: maybe(FLAG),
	validator: maybe(FUNCTION),
	ignoreTTL: maybe(FLAG),
	verifyHash: maybe(FLAG),
	compression: COMPRESSION,
	onError: maybe(FUNCTION),
});

const CACHE: Shape = {
	storage: having('save', 'load'),
	throttling: maybe(PACING),
	debounceMs: maybe(TIME),
	onPersistenceError: maybe(FUNCTION),
	...SHAPE,
	ttlMs: maybe(TIME),
	compression: COMPRESSION,
	enableHash: maybe(FLAG),
	crossTabSync: maybe(only(CHANNEL, 'crossTabSync.')),
	olderBackend: oneOf('keep', 'replace'),
};

/**
 * The options that are given: neither `null` nor a time to live without an end, which no record can hold.
 *
 * @param own the options that there are besides those of a cache
 * @throws TypeError | RangeError naming the option that is misspelt, of the wrong kind, or contradicts another
 */
export function givenOf<T>(options: SnapshotCacheOptions<T>, own?: Shape): SnapshotCacheOptions<T> {
	check({ options }, { options: only({ ...CACHE, ...own }) });
	const { schemaVersion, migration } = options;
	if (schemaVersion != null && migration && migration.currentVersion !== schemaVersion) {
		throw new RangeError(
			`\`schemaVersion\` (${schemaVersion}) is not the \`currentVersion\` of \`migration\` ` +
				`(${migration.currentVersion}): give one of them`,
		);
	}
	const { ttlMs, ...given } = present(options);
	return ttlMs === undefined || ttlMs === Infinity ? given : { ...given, ttlMs };
}

/**
 * The options that are given for one look at what is kept.
 *
 * @throws TypeError | RangeError naming the option that is misspelt or of the wrong kind
 */
export function loadOptionsOf<T>(options: LoadOptions<T>): LoadOptions<T> {
	check({ options }, { options: LOAD });
	return present(options);
}

/** What is `null` is not given. */
function present<O extends object>(options: O): O {
	return Object.fromEntries(Object.entries(options).filter(([, value]) => value != null)) as O;
}
