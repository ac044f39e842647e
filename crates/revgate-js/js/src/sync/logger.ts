import { check, having } from '../gate/check.js';
import type { Logger } from '../types.js';

/** How {@link createConsoleLogger} writes. */
export interface ConsoleLoggerOptions {
	/** What each line begins with. Default: `'[revgate]'`. */
	prefix?: string;
	/** Whether `debug` writes anything. Default: `false`. */
	debug?: boolean;
}

/**
 * A logger that writes to the console.
 *
 * @example
 * import { createConsoleLogger } from 'revgate';
 * const logger = createConsoleLogger({ prefix: '[settings]', debug: true });
 * logger.debug('started', { topic: 'settings' }); // [settings] started {topic: 'settings'}
 */
export function createConsoleLogger({
	prefix = '[revgate]',
	debug = false,
}: ConsoleLoggerOptions = {}): Logger {
	return {
		debug: (message, extra) => debug && console.debug(prefix, message, extra),
		warn: (message, extra) => console.warn(prefix, message, extra),
		error: (message, extra) => console.error(prefix, message, extra),
	};
}

/**
 * A logger that writes nothing.
 *
 * @example
 * import { noopLogger } from 'revgate';
 * const logger = import.meta.env.DEV ? createConsoleLogger() : noopLogger;
 */
export const noopLogger: Logger = { debug() {}, warn() {}, error() {} };

/**
 * A logger that adds the same tags to whatever `base` is told. Tags that an entry brings itself
 * win; an entry that is no plain object goes under `extra`.
 *
 * @example
 * import { createConsoleLogger, tagLogger } from 'revgate';
 * const logger = tagLogger(createConsoleLogger(), { window: 'main' });
 * logger.warn('slow', { ms: 80 }); // [revgate] slow {window: 'main', ms: 80}
 */
export function tagLogger(base: Logger, tags: Record<string, unknown>): Logger {
	check({ base }, { base: having('debug', 'warn', 'error') });
	const tag = (level: keyof Logger) => (message: string, extra?: unknown) =>
		base[level](message, extra === undefined ? tags : { ...tags, ...(isPlain(extra) ? extra : { extra }) });
	return { debug: tag('debug'), warn: tag('warn'), error: tag('error') };
}

function isPlain(value: unknown): value is object {
	return Object.prototype.toString.call(value) === '[object Object]';
}
