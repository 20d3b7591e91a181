import type { CustomFetch } from 'openid-client';
import { isLoopbackUrl } from '../../config/index.js';
import { OutboundRefused, type OutboundHttp } from '../../outbound/index.js';
import { ProviderUnavailable } from '../sso-failure.js';
import type { Reach } from './provider.js';

const MAX_BODY = 1024 * 1024;
const TIMEOUT_MS = 8_000;
const BODILESS = [204, 205, 304];

/**
 * For a provider of the configuration: https everywhere; plain http, and this machine at all, only when its own address is
 * on this machine itself.
 */
export function configuredReach(home: string): Reach {
  const insecure = URL.canParse(home) && isLoopbackUrl(home);
  const mayCall = (url: string): boolean => {
    if (!URL.canParse(url)) return false;
    const { protocol } = new URL(url);
    if (insecure) return protocol === 'https:' || (protocol === 'http:' && isLoopbackUrl(url));
    return protocol === 'https:' && !isLoopbackUrl(url);
  };
  const send: CustomFetch = async (url, options) => {
    const response = await fetch(url, { ...options, body: options.body ?? null });
    const isBodiless = BODILESS.includes(response.status) || !response.body;
    return new Response(isBodiless ? null : await readBounded(response), response);
  };
  return { insecure, mayCall, fetch: guarded(mayCall, send) };
}

/** For a provider that somebody made over the network: nothing inside of it is asked (`policies.outboundLoopback` apart). */
export function outboundReach(outbound: OutboundHttp, insecure: boolean): Reach {
  const mayCall = (url: string): boolean => outbound.mayCall(url);
  const send: CustomFetch = async (url, { method, headers, body }) => {
    const answer = await outbound.send(url, {
      method: method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(new Headers(headers)),
      ...((typeof body === 'string' || body instanceof URLSearchParams) && { body: body.toString() }),
      maxBytes: MAX_BODY,
      timeoutMs: TIMEOUT_MS,
    });
    const { status } = answer;
    return new Response(BODILESS.includes(status) ? null : answer.body, { status, headers: answer.headers });
  };
  return { insecure, mayCall, fetch: guarded(mayCall, send) };
}

/** Allowed endpoints only, bounded answers, and failures that say they are the provider's. */
function guarded(mayCall: Reach['mayCall'], send: CustomFetch): CustomFetch {
  return async (url, options) => {
    if (!mayCall(url)) throw new ProviderUnavailable('endpoint_not_allowed');
    try {
      const response = await send(url, options);
      if (response.status >= 500 || response.status === 429)
        throw new ProviderUnavailable('provider_error', { status: String(response.status) });
      return response;
    } catch (error) {
      if (error instanceof ProviderUnavailable) throw error;
      throw new ProviderUnavailable(whyNot(error));
    }
  };
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new ProviderUnavailable('answer_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function whyNot(error: unknown): string {
  if (error instanceof OutboundRefused) return error.reason;
  const isTimeout =
    error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError');
  return isTimeout ? 'timeout' : 'unreachable';
}
