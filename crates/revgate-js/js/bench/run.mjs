// What one announcement costs, in the package and in an engine written by hand, side by side in one
// Chromium: `npm run bench`. Fails if the package costs more.

import { readFileSync } from 'node:fs';

import { build, transformSync } from 'esbuild';
import { chromium } from 'playwright';

import { here } from '../build/here.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 21);
const WARM_UP = 3;
const BURST = 100_000;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

// Node 20 reads no TypeScript.
const { code } = transformSync(readFileSync(here('test/chromium.ts'), 'utf8'), { loader: 'ts' });
const { chromium: options } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

const { outputFiles } = await build({
	entryPoints: [here('bench/burst.ts')],
	bundle: true,
	minify: true,
	format: 'iife',
	target: 'es2022',
	write: false,
});
const browser = await chromium.launch(options);
const page = await browser.newPage();
await page.setContent('<!doctype html>');
await page.addScriptTag({ content: outputFiles[0].text });

const rounds = [];
for (let n = 0; n < WARM_UP + ROUNDS; n++) {
	const times = await page.evaluate((n) => globalThis.round(n), n);
	if (n >= WARM_UP) {
		rounds.push(times);
	}
}
await browser.close();

let isOver = false;
console.log(`nanoseconds for one announcement of ${BURST}, medians of ${ROUNDS} rounds`);
for (const name of Object.keys(rounds[0])) {
	const ns = (engine) => (median(rounds.map((times) => times[name][engine])) * 1e6) / BURST;
	const ratio = median(rounds.map((times) => times[name].package / times[name].hand));
	isOver ||= ratio > 1;
	console.log(`${name.padEnd(44)} package ${ns('package').toFixed(0).padStart(5)}   by hand ${ns('hand').toFixed(0).padStart(5)}   ratio ${ratio.toFixed(2)}`);
}
process.exitCode = isOver ? 1 : 0;
