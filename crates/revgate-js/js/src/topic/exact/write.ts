/** States as JSON text. */

import { factsOf, isPlainNumber } from './take.js';

/** A state, or a part of one, as JSON that the backend reads as exactly the same. */
export function write(state: unknown): string {
	return factsOf(state).isPlain ? JSON.stringify(state) : spell(state);
}

function spell(value: unknown): string {
	if (typeof value === 'bigint') return String(value);
	if (typeof value === 'number') return isPlainNumber(value) ? String(value) : asFloat(value);
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(spell).join()}]`;
	const fields = Object.entries(value).map(([key, value]) => `${JSON.stringify(key)}:${spell(value)}`);
	return `{${fields.join()}}`;
}

/** As a float, which no integer of the backend takes: it may have been rounded from another. */
export function asFloat(value: number): string {
	if (Object.is(value, -0)) return '-0.0';
	const text = String(value);
	return text.includes('e') ? text : `${text}.0`;
}
