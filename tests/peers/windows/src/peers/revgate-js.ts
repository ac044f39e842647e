// Revgate's JavaScript package, by edits or by actions.

import { createTopic, type Topic } from 'revgate';

import { acts, type Fields, measure } from '../bench.js';

type Edit = { set: { field: string; value: string } } | { add: { field: string } };

let topic: Topic<Fields, Edit>;

const edit = {
	set: (field: string, value: string) =>
		topic.update((draft) => {
			draft[field] = value;
		}),
	add: (field: string) =>
		topic.update((draft) => {
			draft[field] = String(Number(draft[field]) + 1);
		}),
};
const act = {
	set: (field: string, value: string) => topic.act({ set: { field, value } }),
	add: (field: string) => topic.act({ add: { field } }),
};

measure({
	async start(size, heard) {
		topic = createTopic<Fields, Edit>(size);
		topic.subscribe(heard);
		await topic.ready();
	},
	get: (field) => topic.get()?.[field],
	...(acts ? act : edit),
});
