import type { CustomFetch } from 'openid-client';
import { isLoopbackUrl } from '../../config/index.js';
import { ProviderUnavailable } from '../sso-failure.js';

const MAX_BODY = 1024 * 1024;

/** https everywhere; plain http, and this machine at all, only for a provider that runs on this machine itself. */
export function mayCall(issuer: string, endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol } = new URL(endpoint);
  if (isLoopbackUrl(issuer))
    return protocol === 'https:' || (protocol === 'http:' && isLoopbackUrl(endpoint));
  return protocol === 'https:' && !isLoopbackUrl(endpoint);
}

/** `fetch` towards one provider: allowed endpoints only, bounded answers, and failures that say they are the provider's. */
export function guardedFetch(issuer: string): CustomFetch {
  return async (url, options) => {
    if (!mayCall(issuer, url)) throw new ProviderUnavailable('endpoint_not_allowed');
    try {
      const response = await fetch(url, { ...options, body: options.body ?? null });
      if (response.status >= 500 || response.status === 429) {
        await response.body?.cancel();
        throw new ProviderUnavailable('provider_error', { status: String(response.status) });
      }
      return new Response(await readBounded(response), response);
    } catch (error) {
      if (error instanceof ProviderUnavailable) throw error;
      throw new ProviderUnavailable(isTimeout(error) ? 'timeout' : 'unreachable');
    }
  };
}

async function readBounded(response: Response): Promise<Uint8Array | null> {
  if (!response.body || [204, 205, 304].includes(response.status)) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new ProviderUnavailable('answer_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError');
}
