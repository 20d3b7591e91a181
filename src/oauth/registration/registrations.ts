import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { newToken } from '../../sealing/index.js';
import type { ClientMetadata } from '../clients/client-metadata.js';
import { ClientsService, type ClientOrigin, type CreatedClient } from '../clients/clients.service.js';
import { badToken } from './bad-token.js';
import { InitialAccessTokens } from './initial-access-tokens.js';
import { SoftwareStatements, type Stated } from './software-statements.js';

export interface Registered extends CreatedClient {
  /** Shown once; the client manages itself with it (RFC 7592). */
  readonly managementToken: string;
}

/** Dynamic registration (RFC 7591 §3). */
@Injectable()
export class Registrations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clients: ClientsService,
    private readonly tokens: InitialAccessTokens,
    private readonly statements: SoftwareStatements,
  ) {}

  /** @throws OAuthError invalid_token and those of RFC 7591 §3.2.2 */
  async register(asked: ClientMetadata, initialToken: string | undefined): Promise<Registered> {
    const stated = await this.statements.read(asked);
    const managementToken = newToken('gh_rat_');
    const created = await this.dataSource.transaction(async (tx) =>
      this.clients.create(tx, stated.metadata, {
        registration: 'dcr',
        actor: { type: 'anonymous' },
        managementToken,
        ...(await this.vouching(tx, stated, initialToken)),
      }),
    );
    return { ...created, managementToken };
  }

  /** What whoever vouched says. A token that does not lift anything leaves the rules as they are. */
  private async vouching(
    tx: EntityManager,
    { by }: Stated,
    initialToken: string | undefined,
  ): Promise<Pick<ClientOrigin, 'trustState' | 'allowedScopes' | 'vouchedBy'>> {
    const spent = initialToken === undefined ? undefined : await this.tokens.spend(tx, initialToken);
    if (initialToken !== undefined && !spent) throw badToken('initial_access_token_not_valid');
    const approved = spent?.trust_state === 'approved' || by?.trust === 'approved';
    const scopes = spent?.scopes ?? by?.scopes;
    const vouchers = [
      spent && `initial access token ${spent.id}`,
      by && `software statement of ${by.issuer}`,
    ];
    const vouchedBy = vouchers.filter(Boolean).join(', ');
    return {
      ...(approved && { trustState: 'approved' as const }),
      ...(scopes && { allowedScopes: scopes }),
      ...(vouchedBy && { vouchedBy }),
    };
  }
}
