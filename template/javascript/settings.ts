import { createTopic } from 'revgate';

const player = createTopic<{ volume: number }>('player');
const input = document.querySelector('input')!;
const output = document.querySelector('output')!;
const error = document.querySelector('[role=alert]')!;

player.subscribe(({ volume }) => { input.value = output.value = String(volume); });
input.addEventListener('input', () => {
	const edit = player.update((draft) => { draft.volume = input.valueAsNumber; });
	edit.then(() => { error.textContent = ''; }, ({ message }) => { error.textContent = message; });
});
