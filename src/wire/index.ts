export { discard, LINGER_MS } from './discarded-body.js';
