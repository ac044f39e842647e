/** Members that a window creates and removes: what a page has of it that has a family. */

import type { Host } from '../sync/host.js';
import type { TopicBackend } from '../topic/backend.js';
import { call, plugin, textOf } from '../topic/plugin.js';
import { type Failed, failedBy, noAnswer } from '../topic/refusal.js';

type Making = Required<Pick<TopicBackend, 'createMember' | 'removeMember'>>;

const OF_PLUGIN: Making = {
	createMember: async (topic, data) => textOf(await call('create', { topic, data })),
	removeMember: async (topic) => textOf(await call('remove', { topic })) === 'true',
};

/** How a backend is asked for it. */
export function makingOf(backend: TopicBackend): Partial<Making> {
	return backend === plugin ? OF_PLUGIN : backend;
}

/** What came of a call, in time or not. */
export async function answerTo<A>(asked: Promise<A>, topic: string, host: Host, limitMs: number): Promise<{ answer: A } | { failed: Failed }> {
	let cancel: (() => void) | undefined;
	const late = new Promise<{ failed: Failed }>((done) => {
		cancel = host.after(limitMs, () => done({ failed: noAnswer(limitMs) }));
	});
	const answered = asked.then(
		(answer) => ({ answer }),
		(cause: unknown) => ({ failed: understood(failedBy(cause), topic) }),
	);
	const outcome = await Promise.race([answered, late]);
	cancel?.();
	return outcome;
}

/** Of the kind that no other call is refused with. */
function understood(failed: Failed, topic: string): Failed {
	if (failed.kind !== 'exists') return failed;
	return { ...failed, fate: 'refused', reason: `there is a topic \`${topic}\` already, which stays as it is` };
}
