import { atom } from 'jotai';

import { defaults } from '../defaults.js';

export const settingsAtom = atom(defaults());
