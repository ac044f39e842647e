import { defineConfig } from 'vite';

export default defineConfig({
	// The Leptos window as trunk has built it: it is copied as it is.
	publicDir: '../../dist',
	build: {
		// That of the webviews: every browser of the last years compiles WASM, and this one is young.
		target: 'es2022',
		rollupOptions: { input: 'settings.html' },
	},
});
