import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import { identify } from '../../audit/index.js';
import { headerValues } from '../../wire/index.js';
import { AccessRefused } from '../resource-access/access-refused.js';
import { Resources } from '../resources.js';
import { idsOf, type VerifiedToken } from '../verified-token.js';
import { ApiKeyThrottle } from './api-key-throttle.js';
import { ApiKeyVerifier, BadApiKey } from './api-key-verifier.js';

const INVALID = 'The API key is invalid, expired, revoked or not for this server';

/**
 * The fallback for callers that cannot do OAuth: an API key in `x-api-key`, at resources that take keys, in the place of
 * an access token and never beside one.
 */
@Injectable()
export class ApiKeyAccess {
  private readonly logger = new Logger(ApiKeyAccess.name);

  constructor(
    private readonly resources: Resources,
    private readonly verifier: ApiKeyVerifier,
    private readonly throttle: ApiKeyThrottle,
  ) {}

  /**
   * What the key of a request stands for. `undefined`: none was sent, or the resource takes none and does not look.
   * @throws AccessRefused, or the database's error when it cannot be asked (answer 503)
   */
  async verify(req: Request, resource: string): Promise<VerifiedToken | undefined> {
    const target = this.resources.find(resource);
    if (!target || target.apiKeys.length === 0) return undefined;
    const [key, ...more] = headerValues(req.rawHeaders, 'x-api-key');
    if (key === undefined) return undefined;
    if (more.length > 0) throw malformed('duplicate_api_key', 'More than one API key was sent');
    // RFC 6750 §2: one way to say who calls, and not two.
    if (headerValues(req.rawHeaders, 'authorization').length > 0)
      throw malformed('api_key_beside_token', 'Send an access token or an API key, and not both');
    const ip = req.ip ?? '';
    await this.throttle.check(ip);
    try {
      return await this.verifier.verify(key.trim(), target, ip);
    } catch (error) {
      if (!(error instanceof BadApiKey)) throw error;
      const { reason, token } = error;
      if (token) identify(idsOf(token));
      else await this.throttle.failed(ip);
      this.logger.debug({ reason }, 'API key refused');
      const refused = { scheme: 'Bearer', code: 'invalid_token', reason, description: INVALID } as const;
      throw new AccessRefused(refused, { cause: error });
    }
  }
}

const malformed = (reason: string, description: string): AccessRefused =>
  new AccessRefused({ scheme: 'Bearer', code: 'invalid_request', reason, description });
