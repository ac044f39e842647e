import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
	interface ProvidedContext {
		/** The folder with the projects, where the packed package is installed. */
		projects: string;
	}
}

/** The folder of the package. */
export const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const PROJECTS = fileURLToPath(new URL('projects', import.meta.url));
/** What the projects bring themselves, besides the package. */
const LIBRARIES = [
	'@reduxjs/toolkit',
	'@tauri-apps/api',
	'@types/react',
	'jotai',
	'mobx',
	'pinia',
	'react',
	'redux',
	'solid-js',
	'svelte',
	'valtio',
	'vue',
	'zustand',
];

/** Packs the package and installs it where nothing of this checkout can be found. */
export function setup(project: TestProject): () => void {
	if (!existsSync(join(PACKAGE, 'dist/index.js'))) {
		throw new Error(
			'dist is not built, so there is nothing to pack: `npm run build` builds it and needs Rust ' +
				'with the target wasm32-unknown-unknown; `cargo xtask npm` installs what is missing. ' +
				'Without it: `npx vitest run --project node --project chromium`',
		);
	}
	const folder = mkdtempSync(join(tmpdir(), 'revgate-npm-'));
	const remove = () => rmSync(folder, { recursive: true, force: true });
	try {
		const npm = (cwd: string, ...words: string[]) =>
			execFileSync('npm', [...words, '--no-audit', '--no-fund', '--loglevel=error'], {
				cwd,
				encoding: 'utf8',
				shell: process.platform === 'win32',
			});
		npm(PACKAGE, 'pack', '--pack-destination', folder);
		cpSync(PROJECTS, folder, { recursive: true });
		npm(folder, 'install', '--no-package-lock', '--prefer-offline');
		for (const library of LIBRARIES) {
			const link = join(folder, 'node_modules', library);
			mkdirSync(dirname(link), { recursive: true });
			symlinkSync(join(PACKAGE, 'node_modules', library), link, 'junction');
		}
	} catch (error) {
		remove();
		throw error;
	}
	project.provide('projects', folder);
	return remove;
}
