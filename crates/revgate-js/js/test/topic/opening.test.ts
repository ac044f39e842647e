// The first state comes with the subscription, unless it is not the newest: as tests/replica/opening.rs.

import { describe, expect, it, vi } from 'vitest';

import { Plugin, type Way } from './backend.js';
import { ending, FIRST, gatekeeper, open, pass, type Settings, watchEverything, Window } from './harness.js';

watchEverything();

/** A page that has asked, and whose answer comes when it is let. Announcements come at once. */
function asking(backend = new Plugin('settings', FIRST)) {
	backend.brings = true;
	const answers: (() => void)[] = [];
	backend.way = async (what, act) => {
		const answer = act();
		if (what === 'subscribe') {
			const { opens, open } = gatekeeper();
			answers.push(open);
			await opens;
		}
		return answer;
	};
	const topic = open(backend);
	const window = new Window(topic);
	const themes = () => window.shown.map(({ theme }) => theme);
	return { backend, answers, topic, window, themes };
}

const dark = (state: Settings): Settings => ({ ...state, theme: 'dark' });
const atOnce: Way = async (_, act) => act();
/** As `change`, but the announcement is lost. */
const silently = (backend: Plugin): void => {
	const { way } = backend;
	backend.way = (what, act) => (what === 'announce' ? new Promise(() => undefined) : way(what, act));
	backend.change(dark);
	backend.way = way;
};

describe('the state that comes with a subscription', () => {
	it('is shown, and none is fetched', async () => {
		const { backend, answers, themes } = asking();
		await pass();
		answers[0]!();
		await pass();
		expect([themes(), backend.calls]).toEqual([['light'], ['subscribe']]);
	});

	it('is not shown if news were heard meanwhile', async () => {
		const { backend, answers, window, themes } = asking();
		await pass();
		backend.change(dark);
		answers[0]!();
		await pass();
		expect([themes(), backend.calls, window.errors]).toEqual([['dark'], ['subscribe', 'fetch'], []]);
	});

	it('is not shown if somebody has asked for a newer one meanwhile', async () => {
		const { backend, answers, topic, themes } = asking();
		await pass();
		silently(backend);
		const refreshed = ending(topic.refresh());
		answers[0]!();
		await pass();
		expect([refreshed.value, themes(), backend.calls]).toEqual([{ revision: '2' }, ['dark'], ['subscribe', 'fetch']]);
	});

	it.each([
		['in the pause', 0, ['subscribe', 'fetch']],
		['when another is asked for', 600, ['subscribe', 'subscribe', 'fetch']],
	])('is not shown if it is late: %s', async (_, late, calls) => {
		const { backend, answers, themes } = asking();
		await pass(10_000);
		silently(backend);
		await pass(late);
		answers[0]!();
		await pass();
		expect([themes(), backend.calls]).toEqual([['dark'], calls]);
		for (const answer of answers) answer();
	});

	it('is asked for as who has one already, when it is asked for again', async () => {
		const { backend, answers, topic, themes } = asking();
		await pass();
		answers[0]!();
		await pass();
		backend.way = atOnce;
		const subscribe = vi.spyOn(backend, 'subscribe');
		backend.endSubscriptions();
		await pass(1000);
		expect(subscribe.mock.calls.map(([, , known]) => known)).toEqual([{ revision: '1' }]);
		expect([topic.status().type, themes(), backend.calls]).toEqual(['live', ['light'], ['subscribe', 'subscribe']]);
	});

	it('is fetched if what came is none, which is told', async () => {
		const backend = new Plugin('settings', FIRST);
		const { subscribe } = backend;
		backend.subscribe = async (...given) => {
			const answer = await subscribe.apply(backend, given);
			return typeof answer === 'function' ? answer : { ...answer, fetched: '{"revision":' };
		};
		const { answers, topic, window, themes } = asking(backend);
		await pass();
		answers[0]!();
		await pass(1000);
		expect([topic.status().type, themes(), window.errors.map(({ phase }) => phase)]).toEqual(['live', ['light'], ['protocol']]);
	});
});
