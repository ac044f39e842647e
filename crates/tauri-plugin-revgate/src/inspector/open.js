(() => {
	const { __TAURI_INTERNALS__: tauri } = window;
	if (!tauri?.invoke || window !== window.top) return;
	const open = (event) => {
		if (!(event.ctrlKey || event.metaKey) || !event.shiftKey || event.altKey || event.code !== 'KeyR') return;
		event.preventDefault();
		tauri
			.invoke('plugin:revgate|open_inspector')
			.catch((reason) => console.warn('the inspector does not open:', reason));
	};
	window.addEventListener('keydown', open, true);
})();
