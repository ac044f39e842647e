// What one announcement costs, in the package and in an engine written by hand, side by side in one
// Chromium: `npm run bench`. Judged by the CPU time of the page's thread, which a busy machine does
// not change as it does the clock. Fails if the package costs more.

import { readFileSync } from 'node:fs';

import { build, transformSync } from 'esbuild';
import { chromium } from 'playwright';

import { here } from '../build/here.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 31);
const WARM_UP = 4;

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
const devtools = await page.context().newCDPSession(page);
await page.setContent('<!doctype html>');
await page.addScriptTag({ content: outputFiles[0].text });
await devtools.send('Performance.enable');

/** Seconds that the page's thread has been computing. */
async function computed() {
	const { metrics } = await devtools.send('Performance.getMetrics');
	return metrics.find(({ name }) => name === 'ThreadTime').value;
}

/** Nanoseconds of computing for one announcement of a burst. */
async function burst(engine, name) {
	await page.evaluate(([engine, name]) => globalThis.prepare(engine, name), [engine, name]);
	const begun = await computed();
	await page.evaluate(() => globalThis.run());
	const took = (await computed()) - begun;
	await page.evaluate(() => globalThis.end());
	return (took * 1e9) / BURST;
}

const { BURST, engines, cases } = await page.evaluate(() => globalThis.bench);
const rounds = Object.fromEntries(cases.map((name) => [name, []]));
for (let n = 0; n < WARM_UP + ROUNDS; n++) {
	for (const name of cases) {
		const took = {};
		for (const engine of n % 2 === 0 ? engines : engines.toReversed()) {
			took[engine] = await burst(engine, name);
		}
		if (n >= WARM_UP) {
			rounds[name].push(took);
		}
	}
}
await browser.close();

console.log(`nanoseconds of CPU time for one announcement of ${BURST}, medians of ${ROUNDS} rounds`);
for (const [name, all] of Object.entries(rounds)) {
	const [ours, byHand] = engines.map((engine) => median(all.map((took) => took[engine])).toFixed(0).padStart(5));
	const ratio = median(all.map((took) => took.package / took.hand)).toFixed(2);
	console.log(`${name.padEnd(44)} package ${ours}   by hand ${byHand}   ratio ${ratio}`);
	if (ratio > 1) {
		process.exitCode = 1;
	}
}
