/** How many bytes have a letter of their own, and how many letters there are. */
const [SINGLE, COUNT] = [80, 83];

/** Reads what `build/pack.mjs` has written: the letters by their values, then the bytes. */
export function unpack(text: string): Uint8Array<ArrayBuffer> {
	const bytes: number[] = [];
	let high = 0;
	for (const letter of text.slice(COUNT)) {
		const value = text.indexOf(letter);
		if (value < SINGLE) {
			bytes.push(SINGLE * high + value);
			high = 0;
		} else {
			high = value - SINGLE + 1;
		}
	}
	return Uint8Array.from(bytes);
}
