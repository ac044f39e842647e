// Bytes as text within a JavaScript module; `src/gate/pack.ts` reads it back.
//
// What a module of 9,939 bytes, of which gzip makes 4,950, adds to an app of 23 KB after gzip -9:
//
//   base64                            7,273   3 bytes in 4 letters hide what repeats
//   Latin-1, as UTF-8                 6,080   damaged where a page does not declare UTF-8
//   Latin-1 as `\x80`                 6,586   what bundlers make of it
//   deflated, then base64             5,901   only asynchronous decoders are built in
//   this, letters by value            5,576
//   this                              5,245
//   this, the most frequent alone     5,260   its table is twice as long
//
// The most frequent bytes of WASM are below 80 and take one letter each; the others take two. gzip
// has one code for the module and the JavaScript around it: so what is frequent here gets the letter
// that is frequent there. Which letter is which value, the text says first.

/** How many bytes have a letter of their own. */
const SINGLE = 80;

/** How many letters there are: these, and one for each further part of the bytes. */
const COUNT = SINGLE + Math.floor(255 / SINGLE);

/** From frequent to rare in minified JavaScript; all are ASCII that a string literal and a script take as they are. */
const LETTERS = 'etnr()io ,=sa.culf{}pdh:vyb;mgw&>0?kO#ESj|1[]M$RxATP2NDCFIKW+-U<43L_H8BG/QV*zJZ6XYq579%@^~';

/** The values of the letters that stand for a byte. */
const valuesOf = (byte) => (byte < SINGLE ? [byte] : [SINGLE - 1 + Math.floor(byte / SINGLE), byte % SINGLE]);

export function pack(bytes) {
	const values = Array.from(bytes, valuesOf).flat();
	const times = new Array(COUNT).fill(0);
	values.forEach((value) => times[value]++);
	const letters = [];
	[...times.keys()].sort((a, b) => times[b] - times[a]).forEach((value, rank) => {
		letters[value] = LETTERS[rank];
	});
	return [...letters, ...values.map((value) => letters[value])].join('');
}
