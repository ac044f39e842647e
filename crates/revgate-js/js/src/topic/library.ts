/**
 * What makes drafts. A file of its own in the package, too: it does something when it is loaded, so
 * that a bundler can leave it out only as a whole.
 */
export { create, isDraft } from 'mutative';
