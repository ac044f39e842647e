/**
 * `check.ts` in the build for production, where nothing is checked by a table. Each function is an
 * empty declaration, whose calls minifiers take away, and then the tables, which nobody reads.
 */

export type { Kind, Shape } from './check.js';

export function check(): void {}

export function kind(): void {}
export function atLeast(): void {}
export function oneOf(): void {}
export function having(): void {}
export function maybe(): void {}
export function only(): void {}

export function FUNCTION(): void {}
export function OBJECT(): void {}
export function TEXT(): void {}
export function FLAG(): void {}
export function TIME(): void {}
