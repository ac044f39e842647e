/** The short way for an app with the plugin: {@link createTopic}. */

export type { TopicBackend, Written } from './backend.js';
export type { Draft, Recipe } from './draft.js';
export { type Fate, TopicError } from './error.js';
export type { TopicCache, TopicOptions } from './options.js';
export { createTopic, type Topic, type Topics } from './topic.js';
