import { act, createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeAll, expect, it } from 'vitest';

import { useFamily, useFamilyMember, useTopic } from '../../src/hooks/react.js';
import type { Update } from '../../src/hooks/followed.js';
import type { Topic } from '../../src/index.js';
import { doc, live } from '../family/harness.js';
import { FIRST, open, pass, type Settings, watchEverything } from '../topic/harness.js';
import { Plugin } from '../topic/backend.js';

watchEverything();
beforeAll(() => void Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true }));

/** Mounts a component that shows what is selected, and counts how often it renders. */
async function mount<Part>(of: Topic<Settings> | 'settings', select: (state: Settings) => Part) {
	const mounted = { renders: 0, update: undefined as unknown as Update<Settings> };
	const Shown = () => {
		const [part, update] = useTopic<Settings, Part>(of as Topic<Settings>, select);
		mounted.renders += 1;
		mounted.update = update;
		return JSON.stringify(part) ?? 'nothing';
	};
	const place = document.createElement('p');
	const root = createRoot(place);
	await act(() => root.render(createElement(Shown)));
	return Object.assign(mounted, { text: () => place.textContent, unmount: () => act(() => root.unmount()) });
}

it('renders what is selected, and again only when that is another', async () => {
	const backend = new Plugin('settings', FIRST);
	const topic = open(backend);
	await pass();
	const shown = await mount(topic, ({ theme }) => ({ theme }));
	expect([shown.text(), shown.renders]).toEqual(['{"theme":"light"}', 1]);
	await act(async () => void (await shown.update((draft) => void (draft.theme = 'dark'))));
	expect([shown.text(), shown.renders]).toEqual(['{"theme":"dark"}', 2]);
	await shown.unmount();

	const tags = await mount(topic, (state) => state.tags);
	await act(async () => void (await topic.update((draft) => void (draft.theme = 'blue'))));
	expect([tags.text(), tags.renders], 'the tags are the same').toEqual(['[]', 1]);
	await tags.unmount();
});

it('of a name subscribes with the first component, and ends with the last', async () => {
	const backend = new Plugin('settings', FIRST);
	const keeper = open(backend);
	await act(() => pass());
	const first = await mount('settings', ({ theme }) => theme);
	const second = await mount('settings', ({ theme }) => theme);
	keeper.stop();
	await act(() => pass());
	expect([first.text(), backend.subscriptions]).toEqual(['"light"', 1]);
	await first.unmount();
	expect(backend.subscriptions).toBe(1);
	await act(async () => void (await second.update((draft) => void (draft.theme = 'dark'))));
	expect(second.text()).toBe('"dark"');
	await second.unmount();
	await pass();
	expect(backend.subscriptions).toBe(0);
});

it('leaves no subscription behind in strict mode, which mounts everything twice', async () => {
	const backend = new Plugin('settings', FIRST);
	const keeper = open(backend);
	await pass();
	const Shown = () => useTopic<Settings, string>('settings' as never, ({ theme }) => theme)[0];
	const root = createRoot(document.createElement('p'));
	await act(() => root.render(createElement(StrictMode, null, createElement(Shown))));
	await act(() => root.unmount());
	keeper.stop();
	await pass();
	expect(backend.subscriptions).toBe(0);
});

it('a family is a list that renders when members come or go, and a row that renders when its member changes', async () => {
	const { backend, family } = await live({ a: doc('A'), b: doc('B') });
	const renders: Record<string, number> = { list: 0 };
	const Row = ({ id }: { id: string }) => {
		renders[id] = (renders[id] ?? 0) + 1;
		return useFamilyMember(family, id, (it) => it.title)[0] ?? 'nothing';
	};
	const List = () => {
		renders['list'] = renders['list']! + 1;
		return useFamily(family).map((key) => createElement(Row, { key, id: key }));
	};
	const place = document.createElement('p');
	const root = createRoot(place);
	await act(() => root.render(createElement(List)));
	expect([place.textContent, renders]).toEqual(['AB', { list: 1, a: 1, b: 1 }]);
	await act(() => backend.change('b', (it: object) => ({ ...it, title: 'BB' })));
	expect([place.textContent, renders]).toEqual(['ABB', { list: 1, a: 1, b: 2 }]);
	await act(() => backend.change('b', (it: object) => ({ ...it, likes: 5 })));
	expect(renders, 'the title is the same').toEqual({ list: 1, a: 1, b: 2 });
	await act(async () => void (await family.update('a', (draft) => void (draft.title = 'mine'))));
	expect([place.textContent, renders]).toEqual(['mineBB', { list: 1, a: 2, b: 2 }]);
	await act(() => backend.remove('a'));
	expect([place.textContent, renders['b']]).toEqual(['BB', expect.any(Number)]);
	await act(() => root.unmount());
});
