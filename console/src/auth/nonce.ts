import { isDPoPNonceError } from 'oauth4webapi';

/** Once more when the server asked for a nonce of its own (RFC 9449 §8, §9); the library keeps it. */
export async function withNonce<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!isDPoPNonceError(error)) throw error;
    return request();
  }
}
