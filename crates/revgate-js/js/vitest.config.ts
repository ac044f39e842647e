import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

import { chromium } from './test/chromium.js';

// Every suite runs twice: in Node, and in the Chromium that the system has. Those of the packed
// package run in Node alone, and start what they need.
export default defineConfig({
	test: {
		globalSetup: 'test/built.ts',
		projects: [
			{
				test: {
					name: 'node',
					include: ['test/**/*.test.ts'],
					exclude: ['test/**/*.browser.test.ts', 'test/packages/**'],
				},
			},
			{
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
