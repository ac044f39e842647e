import { fileURLToPath } from 'node:url';

/** A path within the package's folder. */
export const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
