const invoke = window.__TAURI_INTERNALS__.invoke;
// An exception has no JSON of its own.
const thrown = error => ({ error: error instanceof Error ? String(error) : error });
const settled = promise => promise.then(ok => ({ ok }), thrown)
