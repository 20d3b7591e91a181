import type { IncomingMessage } from 'node:http';

/** How long a client may go on sending what is refused, in milliseconds. */
export const LINGER_MS = 1_000;

/**
 * Throws away what still comes of a body, until its end or for a moment. A connection that is closed while its
 * client is sending is reset, and the answer lost with it (RFC 9112 §9.6).
 */
export function discard(req: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS).unref();
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    req.once('end', done).once('close', done).on('error', done).resume();
  });
}
