import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

// Every suite runs twice: in Node, and in the Chromium that the system has.
const chromium = playwright({
	launchOptions: {
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	},
});

export default defineConfig({
	test: {
		globalSetup: 'test/built.ts',
		projects: [
			{ test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/**/*.browser.test.ts'] } },
			{
				test: {
					name: 'chromium',
					include: ['test/**/*.test.ts'],
					exclude: ['test/**/*.node.test.ts'],
					browser: {
						enabled: true,
						headless: true,
						provider: chromium,
						screenshotFailures: false,
						instances: [{ browser: 'chromium' }],
					},
				},
			},
		],
	},
});
