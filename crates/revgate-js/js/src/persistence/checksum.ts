let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
	return Uint32Array.from({ length: 256 }, (_, byte) => {
		let rest = byte;
		for (let bit = 0; bit < 8; bit++) {
			rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
		}
		return rest;
	});
}

/**
 * The CRC-32 (of IEEE 802.3) of a text's UTF-16 units, low byte first, as eight hexadecimal digits.
 * It finds accidents, not forgery: whoever can write the record can write its checksum. It needs no
 * promise, so that a page about to go can still save.
 */
export function crc32(text: string): string {
	table ??= makeTable();
	let sum = 0xffffffff;
	for (let index = 0; index < text.length; index++) {
		const unit = text.charCodeAt(index);
		sum = (table[(sum ^ unit) & 0xff] as number) ^ (sum >>> 8);
		sum = (table[(sum ^ (unit >>> 8)) & 0xff] as number) ^ (sum >>> 8);
	}
	return ((sum ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}
