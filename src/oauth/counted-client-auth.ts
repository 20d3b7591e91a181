import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ClientAuth } from './clients/client-auth.js';
import type { Client } from './clients/client.entity.js';
import type { Params } from './params.js';
import { TokenThrottle } from './token-throttle.js';

/** Client authentication for endpoints where nothing else is a failure: guesses count with those at the token endpoint. */
@Injectable()
export class CountedClientAuth {
  constructor(
    private readonly clientAuth: ClientAuth,
    private readonly throttle: TokenThrottle,
  ) {}

  /** @throws OAuthError invalid_client, or 429 after too many failures */
  authenticate(req: Request, params: Params): Promise<Client> {
    return this.throttle.countingAddress(req, () =>
      this.throttle.counting(req, params, () => this.clientAuth.authenticate(req, params)),
    );
  }
}
