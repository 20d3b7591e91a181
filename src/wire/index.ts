export { discard, LINGER_MS } from './discarded-body.js';
export { headerValues } from './header-values.js';
