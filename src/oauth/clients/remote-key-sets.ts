import { Injectable } from '@nestjs/common';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { OutboundHttp, OutboundRefused, type OutboundAnswer } from '../../outbound/index.js';
import { freshSeconds } from './fresh-seconds.js';

const LEAST_REFETCH_MS = 30_000;
const MOST_SECONDS = 3_600;
const RETRY_MS = 1_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 64 * 1024;
const MAX_KEYS = 100;
const MAX_KEPT = 1_000;

/** The key set at a URL could not be had: its site is away, or what it answers is no key set. */
export class KeySetUnavailable extends Error {
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.name = 'KeySetUnavailable';
  }
}

interface Held {
  readonly find: JWTVerifyGetKey;
  readonly fetchedAt: number;
  readonly freshUntil: number;
}

/**
 * Public keys of others by the URL of their key set (`jwks_uri`). Kept as long as the answer says, a minute at least and
 * an hour at most; a key nobody knows here is looked for again, at most twice a minute. What failed is not kept.
 */
@Injectable()
export class RemoteKeySets {
  private readonly held = new Map<string, Held>();
  private readonly underWay = new Map<string, Promise<Held>>();

  constructor(private readonly http: OutboundHttp) {}

  /**
   * The key lookup that `jwtVerify` takes.
   * @throws KeySetUnavailable, or jose's JWKSNoMatchingKey and JWKSMultipleMatchingKeys
   */
  at(uri: string): JWTVerifyGetKey {
    return async (header, token) => {
      const known = this.held.get(uri);
      const held = known && known.freshUntil > performance.now() ? known : await this.fetch(uri);
      try {
        return await held.find(header, token);
      } catch (error) {
        const old = performance.now() - held.fetchedAt >= LEAST_REFETCH_MS;
        if (!(error instanceof errors.JWKSNoMatchingKey) || !old) throw error;
        return (await this.fetch(uri)).find(header, token);
      }
    };
  }

  /** Requests that come while one is under way share it, and for a moment share its failure. */
  private fetch(uri: string): Promise<Held> {
    const same = this.underWay.get(uri);
    if (same) return same;
    const fetching = this.load(uri);
    this.underWay.set(uri, fetching);
    const forget = () => this.underWay.delete(uri);
    fetching.then(forget, () => setTimeout(forget, RETRY_MS).unref());
    return fetching;
  }

  private async load(uri: string): Promise<Held> {
    const answer = await this.ask(uri);
    const now = performance.now();
    const held = {
      find: readKeySet(answer.body),
      fetchedAt: now,
      freshUntil: now + freshSeconds(answer.headers, MOST_SECONDS) * 1_000,
    };
    this.held.delete(uri);
    if (this.held.size >= MAX_KEPT) this.held.delete(this.held.keys().next().value!);
    this.held.set(uri, held);
    return held;
  }

  private async ask(uri: string): Promise<OutboundAnswer> {
    try {
      const answer = await this.http.send(uri, {
        headers: { accept: 'application/jwk-set+json, application/json' },
        maxBytes: MAX_BYTES,
        timeoutMs: TIMEOUT_MS,
      });
      if (answer.status !== 200) throw new KeySetUnavailable('key_set_status_not_200');
      return answer;
    } catch (error) {
      if (!(error instanceof OutboundRefused)) throw error;
      throw new KeySetUnavailable(`key_set_${error.reason}`, { cause: error });
    }
  }
}

function readKeySet(body: string): JWTVerifyGetKey {
  try {
    const parsed = JSON.parse(body) as JSONWebKeySet;
    if (parsed.keys.length > MAX_KEYS) throw new KeySetUnavailable('key_set_too_many_keys');
    return createLocalJWKSet(parsed);
  } catch (error) {
    if (error instanceof KeySetUnavailable) throw error;
    throw new KeySetUnavailable('key_set_malformed', { cause: error });
  }
}
