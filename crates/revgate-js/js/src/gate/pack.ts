/** Reads what `build/pack.mjs` has written. */
export function unpack(text: string): Uint8Array<ArrayBuffer> {
	const bytes: number[] = [];
	let high = 0;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		const value = code < 92 ? code - 40 : code - 41;
		if (value < 83) {
			bytes.push(83 * high + value);
			high = 0;
		} else {
			high = value - 82;
		}
	}
	return Uint8Array.from(bytes);
}
