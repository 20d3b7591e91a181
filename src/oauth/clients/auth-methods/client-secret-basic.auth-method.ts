import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Client } from '../client.entity.js';
import { invalidClient, type AuthMethod, type Presented } from './auth-method.js';
import { secretRefusal } from './client-secret.js';

/** RFC 6749 §2.3.1, in the Authorization header. */
@Injectable()
export class ClientSecretBasicAuthMethod implements AuthMethod {
  readonly name = 'client_secret_basic';

  read({ headers }: Request): Presented | undefined {
    if (headers.authorization === undefined) return undefined;
    const presented = parseBasic(headers.authorization);
    if (!presented) throw invalidClient('malformed_authorization_header', true);
    return presented;
  }

  verify(client: Client | undefined, { credential }: Presented): Promise<string | undefined> {
    return Promise.resolve(secretRefusal(client, credential ?? ''));
  }
}

/** Both parts are form-encoded before they are joined. */
export function parseBasic(header: string): Presented | undefined {
  const match = /^basic ([A-Za-z0-9+/=_-]{1,8192})$/i.exec(header.trim());
  if (!match) return undefined;
  const decoded = Buffer.from(match[1]!, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) return undefined;
  try {
    const [clientId, credential] = [decoded.slice(0, colon), decoded.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    );
    return { clientId: clientId!, credential: credential! };
  } catch {
    return undefined; // Not form-encoded.
  }
}
