/**
 * All topics of a family as one: {@link createFamily}.
 *
 * @packageDocumentation
 */

export { createFamily, type Family, type FamilyName, type FamilyOptions, type MemberOf } from './family.js';
export { type Keyed, mirrorFamily } from './mirror.js';
