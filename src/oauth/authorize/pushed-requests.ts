import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import { digest, newToken } from '../../sealing/index.js';
import { Csrf } from '../../sessions/index.js';
import { invalidClient } from '../clients/auth-methods/auth-method.js';
import type { Client } from '../clients/client.entity.js';
import type { PushedReference } from './authorization-request.js';
import { UntrustedRequest } from './refusals.js';

const PREFIX = 'urn:ietf:params:oauth:request_uri:';
const REQUEST_URI = /^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$/;
/** How long a person may take to sign in and decide, once a browser has brought the request. */
const PERSON_SECONDS = 3_600;

const PUSH = `
INSERT INTO pushed_requests (digest, client_id, params, created_at, expires_at)
SELECT $1, k.id, $3, now(), now() + make_interval(secs => $4) FROM clients k WHERE k.id = $2 FOR KEY SHARE
RETURNING 1`;

const OPEN = `
UPDATE pushed_requests SET browser = $3, opened_at = coalesce(opened_at, $4),
  expires_at = CASE WHEN opened_at IS NULL THEN now() + make_interval(secs => ${PERSON_SECONDS}) ELSE expires_at END
WHERE digest = $1 AND client_id = $2 AND expires_at > now() AND (browser IS NULL OR browser = $3)
RETURNING params, opened_at`;

const SPEND = 'DELETE FROM pushed_requests WHERE digest = $1 RETURNING 1';
const LOOK = 'SELECT params FROM pushed_requests WHERE digest = $1 AND client_id = $2 AND expires_at > now()';

/** What is kept of a request. An id_token is not: only whom it named. */
export interface StoredRequest {
  readonly sent: Readonly<Record<string, readonly string[]>>;
  readonly hintedSubject?: string;
}

/** Keeps pushed authorization requests (RFC 9126). Several pages may come between the first look and the answer. */
@Injectable()
export class PushedRequests {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
    private readonly csrf: Csrf,
  ) {}

  /** Whether this is a `request_uri` that this server could have given out. */
  recognises(requestUri: string): boolean {
    return REQUEST_URI.test(requestUri);
  }

  /** RFC 9126 §2.2 @throws OAuthError invalid_client when the client was deleted meanwhile */
  async push(client: Client, request: StoredRequest): Promise<{ request_uri: string; expires_in: number }> {
    const requestUri = newToken(PREFIX);
    const { pushedRequest: seconds } = this.config.lifetimes;
    const row = [digest(requestUri), client.id, JSON.stringify(request), seconds];
    const kept = await this.dataSource.query<unknown[]>(PUSH, row);
    if (kept.length === 0) throw invalidClient('client_deleted_meanwhile');
    return { request_uri: requestUri, expires_in: seconds };
  }

  /**
   * Gives the request to the browser that brings it first, and to no other.
   * @throws UntrustedRequest when it is not there, not for this client or browser, answered or expired
   */
  async open(
    requestUri: string,
    client: Client,
    browser: { req: Request; res: Response },
  ): Promise<{ stored: StoredRequest; reference: PushedReference }> {
    const key = digest(requestUri);
    const owner = digest(this.csrf.browser(browser.req, browser.res));
    const [rows] = await this.dataSource.query<[{ params: StoredRequest; opened_at: Date }[], number]>(OPEN, [
      key,
      client.id,
      owner,
      new Date(),
    ]);
    const [row] = rows;
    if (!row) throw new UntrustedRequest('expired_request', 'request_uri_not_good');
    return { stored: row.params, reference: { digest: key, openedAt: row.opened_at } };
  }

  /**
   * RFC 9126 §7.3: one answer for each. Of two that come at once, one gets here.
   * @throws UntrustedRequest
   */
  async spend(reference: PushedReference): Promise<void> {
    const [rows] = await this.dataSource.query<[unknown[], number]>(SPEND, [reference.digest]);
    if (rows.length === 0) throw new UntrustedRequest('expired_request', 'request_uri_spent');
  }

  /** What was sent; nothing is opened by looking. */
  async look(requestUri: string, client: Client): Promise<StoredRequest['sent'] | undefined> {
    if (!this.recognises(requestUri)) return undefined;
    const [row] = await this.dataSource.query<{ params: StoredRequest }[]>(LOOK, [
      digest(requestUri),
      client.id,
    ]);
    return row?.params.sent;
  }
}
