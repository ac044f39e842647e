import { measure } from '../bench.js';
import { byHand } from '../by-hand.js';

measure(byHand('pull'));
