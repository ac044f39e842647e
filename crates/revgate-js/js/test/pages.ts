/** The code in pages for people, as files. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** A page, and the blocks in it that JavaScript's tools read. */
export interface Page {
	/** Where it is in the repository. */
	readonly path: string;
	/** The folder of its modules. */
	readonly name: string;
	readonly blocks: readonly Block[];
}

interface Block {
	readonly language: string;
	/** What its first line says, if that is a comment with nothing but a file's name: `// settings.ts`. */
	readonly file: string | undefined;
	readonly text: string;
	/** As many lines are above it in the page. What is written anew stands below as many. */
	readonly above: number;
}

const root = new URL('../../../../', import.meta.url);

/** A page of the repository. */
export function page(path: string, name: string): Page {
	const text = readFileSync(new URL(path, root), 'utf8');
	const fences = [...text.matchAll(/^```(js|ts|vue|html)\n(.*?)^```/gms)];
	const blocks = fences.map(({ index, 1: language = '', 2: code = '' }) => {
		const above = text.slice(0, index).split('\n').length;
		return { language, file: fileOf(code), text: code, above };
	});
	return { path, name, blocks: blocks.filter((it) => it.language !== 'html' || isComponent(it.text)) };
}

/** All pages of the guide. */
export function guide(): Page[] {
	const files = readdirSync(new URL('docs/guide', root), { recursive: true, encoding: 'utf8' });
	const pages = files.filter((file) => file.endsWith('.md')).sort();
	return pages.map((file) => page(`docs/guide/${file}`, file.slice(0, -'.md'.length)));
}

/** Writes the blocks of a page as modules of a folder, each line in the place of the page's. Of a component that
 * is its script. */
export function writeModules({ name, blocks }: Page, folder: string, extension: (language: string) => string): void {
	mkdirSync(`${folder}/${name}`, { recursive: true });
	for (const [number, { language, file, text, above }] of blocks.entries()) {
		const code = '\n'.repeat(above) + (isComponent(text) ? scriptOf(text) : text);
		// A module, even if it imports nothing.
		writeFileSync(`${folder}/${name}/${file ?? `block-${number + 1}.${extension(language)}`}`, `${code}\nexport {};\n`);
	}
}

const fileOf = (text: string): string | undefined => /^\/\/ (\S+\.[jt]s)\n/.exec(text)?.[1];

/** Whether it is one of Vue's or Svelte's in a single file, and no page of HTML. */
export const isComponent = (text: string): boolean => /^<script( setup)? lang="ts">/.test(text);

const scriptOf = (text: string): string => text.slice(text.indexOf('>') + 1, text.indexOf('</script>'));
