import { check, FLAG, having, maybe, OBJECT, TEXT } from '../gate/check.js';
import type { Version } from '../gate/gate.js';
import { isThenable } from '../sync/guard.js';
import type { SnapshotApplier, SnapshotEnvelope, Unsubscribe } from '../types.js';
import { Cache } from './cache.js';
import { versionOf } from './record.js';
import type {
	DisposablePersistenceApplier,
	LoadOptions,
	PersistenceApplierOptions,
	PersistenceEvents,
	PersistenceStats,
} from './types.js';
import { versionsNow } from './versions.js';

/** The wrapper of each applier, by itself and by what it wraps. */
const wrappers = new WeakMap<object, PersistenceApplier<never>>();

/** The persistence applier that `applier` is, or that it is wrapped in. */
export function wrapperOf<T>(applier: SnapshotApplier<T>): PersistenceApplier<T> | undefined {
	return wrappers.get(applier) as PersistenceApplier<T> | undefined;
}

/**
 * Wraps an applier so that each state that it applies is also kept, and the last known one can be
 * shown before the backend answers. The newest state always wins: the cached one never takes the
 * place of one that the backend has sent, an older one never that of a newer one, here or in another
 * tab. What fails is told through `onPersistenceError` and stops nothing.
 *
 * @example
 * const storage = createLocalStorageBackend<Settings>({ key: 'settings' });
 * const applier = createPersistenceApplier({ storage, applier: inner, throttling: { debounceMs: 300 } });
 * await applier.load(); // paints the last known state
 * const sync = createRevisionSync({ topic: 'settings', subscriber, provider, applier });
 * await sync.start();
 *
 * @throws TypeError | RangeError for options that make no sense, naming them.
 */
export function createPersistenceApplier<T>(options: PersistenceApplierOptions<T>): DisposablePersistenceApplier<T> {
	const wrapper = new PersistenceApplier(options);
	wrappers.set(wrapper, wrapper as unknown as PersistenceApplier<never>);
	wrappers.set(options.applier, wrapper as unknown as PersistenceApplier<never>);
	return wrapper;
}

/**
 * {@link createPersistenceApplier} that saves once 100 ms have been quiet, and at least every two
 * seconds. With `enableCrossTab` and a `topic` the tabs tell each other what they save.
 *
 * @example
 * const applier = createPersistenceApplierWithDefaults({ storage, applier: inner, topic: 'settings' });
 */
export function createPersistenceApplierWithDefaults<T>(
	options: PersistenceApplierOptions<T> & { topic?: string; enableCrossTab?: boolean },
): DisposablePersistenceApplier<T> {
	OBJECT(options, 'options');
	check(options, { topic: options.enableCrossTab ? TEXT : maybe(TEXT), enableCrossTab: maybe(FLAG) });
	const { topic, enableCrossTab = false, ...rest } = options;
	const channel = enableCrossTab && topic !== undefined ? { channelName: `revgate:${topic}` } : undefined;
	return createPersistenceApplier({
		...rest,
		throttling: rest.throttling ?? { debounceMs: 100, maxWaitMs: 2_000 },
		crossTabSync: rest.crossTabSync ?? channel,
	});
}

class PersistenceApplier<T> implements DisposablePersistenceApplier<T> {
	readonly cache: Cache<T>;
	readonly #inner: SnapshotApplier<T>;
	/** What is being applied. */
	#tail: Promise<void> | undefined;
	/** Whether the backend has answered. */
	#confirmed = false;
	#isCached = false;
	/** What the window shows, from wherever. */
	#shown: Version | undefined;
	/** The newest that another tab has sent. */
	#peer: Version | undefined;
	#disposed = false;

	constructor(options: PersistenceApplierOptions<T>) {
		this.cache = new Cache(options, { applier: having('apply') });
		this.#inner = options.applier;
		this.cache.onPeer((snapshot) => this.#offer(snapshot, 'peer'));
	}

	get isCached(): boolean {
		return this.#isCached;
	}

	/** At once if the inner applier does so and none is under way. What that throws, this throws. */
	apply(snapshot: SnapshotEnvelope<T>): void | Promise<void> {
		return this.#inTurn(() => this.#confirm(snapshot));
	}

	async load(options?: LoadOptions<T>): Promise<SnapshotEnvelope<T> | null> {
		const snapshot = await this.cache.load(options);
		return snapshot && (await this.show(snapshot)) ? snapshot : null;
	}

	/** Shows a state of before, if there is nothing better by now. Never rejects. */
	async show(snapshot: SnapshotEnvelope<T>): Promise<boolean> {
		return this.#offer(snapshot, 'cache');
	}

	hasPendingSave(): boolean {
		return this.cache.hasPendingSave();
	}

	flush(): Promise<void> {
		return this.cache.flush();
	}

	dispose(): void {
		this.#disposed = true;
		this.cache.dispose();
	}

	on<K extends keyof PersistenceEvents<T>>(event: K, handler: PersistenceEvents<T>[K]): Unsubscribe {
		return this.cache.on(event, handler);
	}

	getStats(): PersistenceStats {
		return this.cache.getStats();
	}

	/** A state of the backend: it is shown, unless another tab has brought a newer one. */
	#confirm(snapshot: SnapshotEnvelope<T>): void | Promise<void> {
		if (this.#peer && isOlder(snapshot, this.#peer)) {
			this.#settle(true);
			return undefined;
		}
		const item = this.#disposed ? undefined : this.cache.capture(snapshot);
		const confirmed = () => {
			this.#shown = versionOf(snapshot);
			this.#settle(true);
			if (item) {
				this.cache.keep(item);
			}
		};
		const applied = this.#inner.apply(snapshot);
		return isThenable(applied) ? applied.then(confirmed) : confirmed();
	}

	async #offer(snapshot: SnapshotEnvelope<T>, from: 'cache' | 'peer'): Promise<boolean> {
		try {
			return await this.#inTurn(() => this.#take(snapshot, from));
		} catch (error) {
			this.cache.failed('load', error, 'applying the last known state');
			return false;
		}
	}

	#take(snapshot: SnapshotEnvelope<T>, from: 'cache' | 'peer'): boolean | Promise<boolean> {
		const shown = this.#shown;
		const isNews = from === 'cache' ? !this.#confirmed : !shown || isOlder(shown, snapshot);
		if (this.#disposed || !isNews || (shown && isOlder(snapshot, shown))) {
			return false;
		}
		const taken = () => {
			this.#shown = versionOf(snapshot);
			this.#peer = from === 'peer' ? this.#shown : this.#peer;
			this.#settle(this.#confirmed);
			return true;
		};
		const applied = this.#inner.apply(snapshot);
		return isThenable(applied) ? applied.then(taken) : taken();
	}

	#settle(confirmed: boolean): void {
		this.#confirmed = confirmed;
		if (this.#isCached === confirmed) {
			this.#isCached = !confirmed;
			this.cache.events.emit('cached', !confirmed);
		}
	}

	/** One call of the inner applier at a time: a slow one of an old state must not end last. */
	#inTurn<R>(act: () => R | Promise<R>): R | Promise<R> {
		const result = this.#tail ? this.#tail.then(act) : act();
		if (isThenable(result)) {
			const ended = () => {
				if (this.#tail === tail) {
					this.#tail = undefined;
				}
			};
			const tail: Promise<void> = result.then(ended, ended);
			this.#tail = tail;
		}
		return result;
	}
}

/** As the gate compares; a version that is none is nobody's predecessor. */
function isOlder(version: Version, other: Version): boolean {
	const gate = versionsNow();
	return gate !== undefined && gate.faultOf(version) === undefined && gate.isOlder(versionOf(version), other);
}
