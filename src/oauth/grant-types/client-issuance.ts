import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../../audit/index.js';
import { TokenSigner } from '../../keys/index.js';
import type { Client } from '../clients/client.entity.js';
import { ClientsService } from '../clients/clients.service.js';
import { issuedFact, storeIssued } from '../tokens/stored-tokens.js';
import { TokenIssuer } from '../tokens/token-issuer.js';
import type { TokenSet } from '../tokens/token-set.js';

@Injectable()
export class ClientIssuance {
  constructor(
    private readonly issuer: TokenIssuer,
    private readonly signer: TokenSigner,
    private readonly clients: ClientsService,
    private readonly audit: AuditLog,
  ) {}

  async issue(
    tx: EntityManager,
    client: Client,
    what: { resource: { id: string; accessTokenSeconds: number }; scopes: readonly string[]; rev: number },
  ): Promise<TokenSet> {
    const issued = await this.issuer.forClient(client, what.resource, what.scopes, what.rev);
    const of = { client, resource: what.resource.id, kid: this.signer.kid };
    await storeIssued(tx, issued, of);
    await this.clients.noteUse(tx, client);
    await this.audit.record(tx, issuedFact('token.issued', issued, 'client_credentials', of));
    return issued.tokens;
  }
}
