// Revgate's JavaScript package, by edits or by actions.

import { createTopic, type Topic } from 'revgate';

import { acts, measure } from '../bench.js';
import { get, name, next, type State, set, shape } from '../state.js';

type Edit = { set: { field: string; value: string } } | { add: { field: string } };

const open = (name: string) => createTopic<State, Edit>(`state:${name}`);
const read = (topic: Topic<State, Edit>, field: string) => {
	const fields = topic.get()?.[shape];
	return fields && get(fields, field);
};

let topic: Topic<State, Edit>;

const edit = {
	set: (field: string, value: string) =>
		topic.update((draft) => {
			const fields = draft[shape];
			if (fields) set(fields, field, value);
		}),
	add: (field: string) =>
		topic.update((draft) => {
			const fields = draft[shape];
			if (fields) set(fields, field, next(fields, field));
		}),
};
const act = {
	set: (field: string, value: string) => topic.act({ set: { field, value } }),
	add: (field: string) => topic.act({ add: { field } }),
};

measure({
	start(heard) {
		topic = open(name);
		topic.subscribe(heard);
		return topic.ready();
	},
	get: (field) => read(topic, field),
	...(acts ? act : edit),
	open(name, heard) {
		const topic = open(name);
		topic.subscribe(heard);
		return { ready: () => topic.ready(), get: (field) => read(topic, field) };
	},
});
