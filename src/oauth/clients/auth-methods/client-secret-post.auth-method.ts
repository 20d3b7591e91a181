import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Params } from '../../params.js';
import type { Client } from '../client.entity.js';
import type { AuthMethod, Presented } from './auth-method.js';
import { secretRefusal } from './client-secret.js';

/** RFC 6749 §2.3.1, in the form body. */
@Injectable()
export class ClientSecretPostAuthMethod implements AuthMethod {
  readonly name = 'client_secret_post';

  read(_req: Request, params: Params): Presented | undefined {
    const credential = params.get('client_secret');
    return credential === undefined ? undefined : { clientId: params.get('client_id') ?? '', credential };
  }

  verify(client: Client | undefined, { credential }: Presented): Promise<string | undefined> {
    return Promise.resolve(secretRefusal(client, credential ?? ''));
  }
}
