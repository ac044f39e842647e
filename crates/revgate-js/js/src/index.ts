/**
 * The same state in every window of a Tauri app.
 *
 * @packageDocumentation
 */

export { GateLoadError } from './gate/compile.js';
export * from './types.js';
