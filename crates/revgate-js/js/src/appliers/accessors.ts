import type { Reader } from './changes.js';
import type { Fields } from './value.js';

/**
 * How an instance of a class is read: its keys are also the accessors on its prototypes, as fields
 * declared with runes, or with the decorators of MobX, are such. These cannot go away, nor can
 * what is not configurable.
 */
export function instanceOf(object: Fields): Reader {
	return {
		keys: () => {
			const keys = Object.keys(object);
			let prototype: object = object;
			while (Object.getPrototypeOf((prototype = Object.getPrototypeOf(prototype)))) {
				const properties = Object.entries(Object.getOwnPropertyDescriptors(prototype));
				keys.push(...properties.filter(([, { set }]) => set).map(([key]) => key));
			}
			return keys;
		},
		isFixed: (key) => !Object.getOwnPropertyDescriptor(object, key)?.configurable,
	};
}
