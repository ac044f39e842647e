/** The WASM module as text: `unpack` of `src/gate/pack.ts` reads it. Built by `build/backends.mjs`. */
export declare const packed: string;
