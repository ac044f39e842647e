/**
 * `revgate` without the WASM module, which the app hands in with {@link provideGate}.
 *
 * @packageDocumentation
 */

export * from './index.js';
export { provideGate, type GateSource } from './gate/source-slim.js';
