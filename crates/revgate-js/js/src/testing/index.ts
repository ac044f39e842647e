/**
 * A test kit for apps: a backend in memory, any number of windows, time that stands still until it is told
 * to go on, and messages that are lost or late. No Tauri, and no sleep: {@link createWorld}.
 *
 * @packageDocumentation
 */

export type { Fault, LocalTopics } from '../local/topics.js';
export type { Faults, Network } from './network.js';
export { VirtualTime } from './time.js';
export type { Window } from './window.js';
export { createWorld, type World, type WorldOptions, type Windows } from './world.js';
