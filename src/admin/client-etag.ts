import type { ClientView } from '../oauth/index.js';

/** RFC 9110 §8.8.3: another one after every change; use of the client is none. */
export const etagOf = ({ updatedAt, trustState }: ClientView): string =>
  `"${updatedAt.getTime().toString(36)}-${trustState}"`;
