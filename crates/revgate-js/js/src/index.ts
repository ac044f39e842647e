/**
 * The same state in every window of a Tauri app.
 *
 * @packageDocumentation
 */

export { GateLoadError } from './gate/compile.js';
export { RevisionError } from './gate/errors.js';
export type { Version } from './gate/gate.js';
export type { BackoffOptions, GateOptions } from './gate/options.js';
export {
	type ConsoleLoggerOptions,
	createConsoleLogger,
	noopLogger,
	tagLogger,
} from './sync/logger.js';
export { ProtocolError } from './sync/messages.js';
export {
	type RetryInfo,
	type RetryPolicy,
	type RetryReportingOptions,
	withRetry,
	withRetryReporting,
} from './sync/retry.js';
export { compareRevisions, isCanonicalRevision, ZERO_REVISION } from './sync/revision.js';
export { createRevisionSync, type RevisionSyncHandle, type RevisionSyncOptions } from './sync/sync.js';
export { createThrottledHandler, type ThrottledHandler } from './sync/throttled.js';
export type { Status } from './sync/transport.js';
export * from './tauri/index.js';
export * from './topic/index.js';
export * from './types.js';
