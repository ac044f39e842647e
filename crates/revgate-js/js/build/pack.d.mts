/** Bytes as text that needs no escape in a string literal. */
export declare function pack(bytes: Uint8Array): string;
