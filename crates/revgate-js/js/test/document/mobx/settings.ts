import { observable } from 'mobx';

import { defaults } from '../defaults.js';

export const settingsStore = observable(defaults());
