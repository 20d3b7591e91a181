import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Client } from '../clients/client.entity.js';
import { CountedClientAuth } from '../counted-client-auth.js';
import { DEVICE_CODE } from '../grant-types/names.js';
import { OAuthError } from '../oauth-error.js';
import type { Params } from '../params.js';
import { DeviceThrottle } from './device-throttle.js';

/** Which client a device is, and whether it may ask (RFC 8628 §3.1). */
@Injectable()
export class DeviceClientAuth {
  constructor(
    private readonly clientAuth: CountedClientAuth,
    private readonly throttle: DeviceThrottle,
  ) {}

  /** @throws OAuthError invalid_client, unauthorized_client, 429 after too many failures or requests */
  async authenticate(req: Request, params: Params): Promise<Client> {
    const client = await this.clientAuth.authenticate(req, params);
    if (!client.grantTypes.includes(DEVICE_CODE))
      throw new OAuthError('unauthorized_client', 'The client is not registered for this grant type');
    await this.throttle.starting(client.id, req.ip ?? '');
    return client;
  }
}
