import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

import { entries } from './build/entries.mjs';
import { chromium } from './test/chromium.js';
import { decorators } from './test/decorators.js';
import { svelte, svelteClient } from './test/svelte.js';

// The package by its own name is its source.
const revgate = entries().map(({ name, source }) => ({
	find: new RegExp(`^${name === 'index' ? 'revgate' : `revgate/${name}`}$`),
	replacement: source,
}));

// Every suite runs twice: in Node, and in the Chromium that the system has. Those of the packed
// package run in Node alone, and start what they need.
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
					browser: {
						enabled: true,
						headless: true,
						provider: playwright({ launchOptions: chromium }),
						screenshotFailures: false,
						instances: [{ browser: 'chromium' }],
					},
				},
			},
			{
				test: {
					name: 'packages',
					include: ['test/packages/*.test.ts'],
					globalSetup: 'test/packages/install.ts',
					testTimeout: 60_000,
					hookTimeout: 60_000,
				},
			},
		],
	},
});
