/** States, exactly as the backend has them. */

export { parse } from './parse.js';
export { ANYWHERE, NOWHERE, type Place, rootPlace } from './place.js';
export { share } from './share.js';
export { factsOf, take, takeParsed, Unfit } from './take.js';
export { write } from './write.js';
