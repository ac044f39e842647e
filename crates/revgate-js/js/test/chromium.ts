/** How the Chromium that the system has is started; elsewhere than on Linux it is Chrome. */
export const chromium = {
	...(process.env.CHROMIUM
		? { executablePath: process.env.CHROMIUM }
		: process.platform === 'linux'
			? { executablePath: '/usr/bin/chromium' }
			: { channel: 'chrome' }),
	args: [
		'--no-sandbox',
		'--disable-gpu',
		'--disable-quic',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
	],
};
