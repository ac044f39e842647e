import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';

import { useTopic } from '../../src/hooks/react.js';
import { FIRST, open, pass, watchEverything } from '../topic/harness.js';
import { Plugin } from '../topic/backend.js';

watchEverything();

it('a page rendered in Node has the state that is there, and starts no subscription', async () => {
	const topic = open(new Plugin('settings', FIRST));
	const Theme = () => useTopic(topic, ({ theme }) => theme)[0] ?? 'nothing';
	expect(renderToString(createElement(Theme))).toBe('nothing');
	await pass();
	expect(renderToString(createElement(Theme))).toBe('light');
	const Other = () => useTopic<string, unknown>('other')[0] === undefined;
	expect(renderToString(createElement(() => String(Other())))).toBe('true');
});
