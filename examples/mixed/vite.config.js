import { defineConfig } from 'vite';

export default defineConfig({
	// The Leptos window as trunk has built it: it is copied as it is.
	publicDir: '../../dist',
	build: {
		// As the package itself.
		target: 'es2022',
		rollupOptions: { input: 'settings.html' },
	},
});
