/** What the WASM module exports. */
export interface GateModule {
	readonly memory: { readonly buffer: ArrayBuffer };
}
