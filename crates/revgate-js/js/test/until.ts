import { vi } from 'vitest';

/** Waits until this holds, however long that takes on a busy machine. */
export const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 50_000, interval: 5 });
