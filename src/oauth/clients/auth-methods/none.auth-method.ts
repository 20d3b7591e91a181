import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Params } from '../../params.js';
import type { AuthMethod, Presented } from './auth-method.js';
import { matchesSecret } from './client-secret.js';
import type { Client } from '../client.entity.js';

/** A public client only says who it is (RFC 6749 §2.1); what it redeems proves more. */
@Injectable()
export class NoneAuthMethod implements AuthMethod {
  readonly name = 'none';

  read(req: Request, params: Params): Presented | undefined {
    const clientId = params.get('client_id');
    const others = ['client_secret', 'client_assertion', 'client_assertion_type'];
    if (clientId === undefined || req.headers.authorization !== undefined) return undefined;
    return others.some((name) => params.get(name) !== undefined) ? undefined : { clientId };
  }

  verify(client: Client | undefined): Promise<string | undefined> {
    // Does what a secret would cost, and decides nothing.
    matchesSecret(client, '');
    return Promise.resolve(client ? undefined : 'unknown_client');
  }
}
