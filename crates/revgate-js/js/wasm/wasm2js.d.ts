/** The module written in JavaScript, with a memory of its own. Built by `build/gate.mjs`. */
export declare function instantiate(): Record<string, unknown>;
