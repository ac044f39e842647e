// The states, as every page has them.

/** The fields of a state, or its rows: what is within `map`, `list` or `struct`. */
export type Fields = Record<string, string | Row[]>;
type Row = { name: string; value: string };
/** As Rust has it. */
export type State = Record<string, Fields>;

/** Which state the page shows, by its name. */
export const name = new URLSearchParams(location.search).get('state') ?? 'small';
/** What the state is: the key that it has in Rust. */
export const shape = /^(list|struct)-/.exec(name)?.[1] ?? 'map';

const isLeft = (field: string) => field === 'left';
const rowsOf = (fields: Fields) => (fields.rows ?? []) as Row[];
/** The place of a field among the rows. */
const place = (rows: Row[], field: string) => (rows.length >> 1) - (isLeft(field) ? 1 : 0);

/** What a field has. */
export function get(fields: Fields, field: string): string | undefined {
	if (shape !== 'list') return fields[field] as string | undefined;
	const rows = rowsOf(fields);
	return rows[place(rows, field)]?.value;
}

/** Sets a field, in place. */
export function set(fields: Fields, field: string, value: string): void {
	if (shape !== 'list') {
		fields[field] = value;
		return;
	}
	const rows = rowsOf(fields);
	const row = rows[place(rows, field)];
	if (row) row.value = value;
}

/** What is to be another to set a field, for whoever changes nothing in place: the field or the rows. */
export function changed(fields: Fields, field: string, value: string): Fields {
	if (shape !== 'list') return { [field]: value };
	const rows = [...rowsOf(fields)];
	const index = place(rows, field);
	const row = rows[index];
	if (row) rows[index] = { ...row, value };
	return { rows };
}

/** One more than what a field has. */
export const next = (fields: Fields, field: string) => String(Number(get(fields, field)) + 1);

const ITEM = 92;
const ITEMS: Record<string, number> = { small: 0, big: 9_998, '1k': 1e3 / ITEM, '100k': 1e5 / ITEM, '1m': 1e6 / ITEM, '10m': 1e7 / ITEM };

/** What everything begins with, for a system that brings none from Rust. As `src/kind.rs` makes it. */
export function initial(): Fields {
	const items = Math.floor(ITEMS[name.split('-').at(-1) ?? ''] ?? 0);
	const numbers = [...Array(items).keys()].map((number) => String(number).padStart(5, '0'));
	if (shape === 'list') {
		return { rows: numbers.map((number) => ({ name: number + 'x'.repeat(62), value: '0' })) };
	}
	const written = { left: '0', right: '0' };
	if (shape === 'struct') {
		const text = 'x'.repeat((items * ITEM) / 2);
		return { ...written, first: text, second: text };
	}
	return Object.fromEntries([...Object.entries(written), ...numbers.map((number) => [`item-${number}`, 'x'.repeat(75)])]);
}
