import type { en } from './en.js';

/** English sets the keys; every other language must have exactly these. */
export type Strings = typeof en;
