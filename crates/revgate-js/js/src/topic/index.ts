/** The short way for an app with the plugin: {@link createTopic}. */

export type { ActionContext, Actions, OptimisticAction, OptimisticActions } from './action.js';
export type { ActionBatch, Followed, TopicBackend, Written } from './backend.js';
export type { Draft, Recipe } from './draft.js';
export { type Fate, TopicError } from './error.js';
export type { ActingOptions, TopicCache, TopicOptions } from './options.js';
export { preload } from './plugin.js';
export { createTopic, type Topic, type Topics } from './topic.js';
