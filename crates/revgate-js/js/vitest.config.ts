import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import type { BrowserConfigOptions } from 'vitest/node';

import { entries } from './build/entries.mjs';
import { here } from './build/here.mjs';
import { chromium } from './test/chromium.js';
import { decorators } from './test/decorators.js';
import { svelte, svelteClient } from './test/svelte.js';

const browser = (): BrowserConfigOptions => ({
	enabled: true,
	headless: true,
	provider: playwright({ launchOptions: chromium }),
	screenshotFailures: false,
	instances: [{ browser: 'chromium' }],
});

/** The package by its own name is, for each entry, this file. */
const revgateIs = (file: (entry: { name: string; source: string }) => string) =>
	entries().map((entry) => ({
		find: new RegExp(`^${entry.name === 'index' ? 'revgate' : `revgate/${entry.name}`}$`),
		replacement: file(entry),
	}));
const revgate = revgateIs(({ source }) => source);
const production = revgateIs(({ name }) => here(`dist/production/${name}.js`));

/** However busy the machine is. */
const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

// Every suite runs twice: in Node, and in the Chromium that the system has. Those that know the package
// by its name alone run with what is built for production as well. Those of the packed package run in
// Node alone, and start what they need.
export default defineConfig({
	test: {
		globalSetup: 'test/built.ts',
		projects: [
			{
				plugins: [decorators(), svelte()],
				resolve: { alias: [...revgate, ...svelteClient] },
				test: {
					name: 'node',
					include: ['test/**/*.test.ts'],
					exclude: ['test/**/*.browser.test.ts', 'test/packages/**'],
					...limits,
				},
			},
			{
				plugins: [decorators(), svelte()],
				resolve: { alias: revgate },
				// Its parts must not be bundled each on its own: they share what is being tracked.
				optimizeDeps: { exclude: ['svelte'] },
				test: {
					name: 'chromium',
					include: ['test/**/*.test.ts'],
					exclude: ['test/**/*.node.test.ts', 'test/packages/**'],
					...limits,
					browser: browser(),
				},
			},
			{
				plugins: [decorators(), svelte()],
				resolve: { alias: production },
				optimizeDeps: { exclude: ['svelte'] },
				test: {
					name: 'production',
					include: ['test/document/*.browser.test.ts'],
					...limits,
					browser: browser(),
				},
			},
			{
				test: {
					name: 'packages',
					include: ['test/packages/*.test.ts'],
					globalSetup: 'test/packages/install.ts',
					...limits,
				},
			},
		],
	},
});
