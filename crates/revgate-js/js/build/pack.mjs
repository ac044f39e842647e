// Bytes as text within a JavaScript module; `src/gate/pack.ts` reads it back.
//
// A module of 19,812 bytes, of which gzip makes 9,351, as text and then through gzip -9:
//
//   base64                          12,315   3 bytes in 4 letters hide what repeats
//   hex                             10,178
//   Latin-1, as UTF-8                9,862   damaged where a page does not declare UTF-8
//   Latin-1 as `\x80`               10,976   what bundlers make of it
//   deflated, then base64            9,394   only asynchronous decoders are built in
//   this                             9,554
//   this, by frequency               9,291   the table of frequencies eats the rest
//
// The most frequent bytes of WASM are below 83 and take one letter each; the others take two. All
// are printable ASCII that needs no escape between quotation marks.

/** How many bytes have a letter of their own. */
const SINGLE = 83;

/** The letters from `(` to `~`, without the backslash. */
function letter(value) {
	return String.fromCharCode(value < 52 ? value + 40 : value + 41);
}

export function pack(bytes) {
	return Array.from(bytes, (byte) => {
		const low = letter(byte % SINGLE);
		return byte < SINGLE ? low : letter(SINGLE - 1 + Math.floor(byte / SINGLE)) + low;
	}).join('');
}
