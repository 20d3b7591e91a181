import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AppConfig } from '../../config/index.js';
import { digest, newToken } from '../../sealing/index.js';
import type { SignedIn } from '../../sessions/index.js';
import { ClientsService } from '../clients/clients.service.js';
import { Grant } from '../grants/grant.entity.js';
import { AuthorizationCode } from '../tokens/authorization-code.entity.js';
import type { AuthorizationRequest } from './authorization-request.js';

/** Writes a grant and its code. */
@Injectable()
export class GrantOpening {
  constructor(
    private readonly config: AppConfig,
    private readonly clients: ClientsService,
  ) {}

  async open(
    tx: EntityManager,
    request: AuthorizationRequest,
    person: SignedIn,
    scopes: readonly string[],
  ): Promise<{ code: string; grantId: string }> {
    const now = Date.now();
    const grantId = uuidv7();
    const code = newToken('gh_ac_');
    const { code: codeSeconds, refreshMax } = this.config.lifetimes;
    await tx.insert(Grant, {
      id: grantId,
      userId: person.userId,
      clientId: request.client.id,
      sessionId: person.sessionId,
      resource: request.resource.id,
      scopes: [...scopes],
      authTime: person.authTime,
      acr: person.acr,
      amr: [...person.amr],
      createdAt: new Date(now),
      expiresAt: new Date(now + refreshMax * 1_000),
    });
    await tx.insert(AuthorizationCode, {
      digest: digest(code),
      grantId,
      clientId: request.client.id,
      redirectUri: request.redirectUri,
      codeChallenge: request.codeChallenge,
      nonce: request.nonce ?? null,
      createdAt: new Date(now),
      expiresAt: new Date(now + codeSeconds * 1_000),
    });
    await this.clients.noteUse(tx, request.client);
    return { code, grantId };
  }
}
