import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import type { Client } from '../clients/client.entity.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import type { Authority } from '../scope-rules.js';
import { audiencesOf } from './audiences.js';
import type { Allowed } from './authorization.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { provesIdentity, redirectKey } from './redirect-uri.js';

/** What a person allowed before. */
export interface Remembered {
  readonly scopes: readonly string[];
  /** The client has become another one since, so that it counts for nothing. */
  readonly isOfAnother: boolean;
}

/** What was said before of this client at this resource. */
export interface Said {
  readonly remembered?: Remembered;
  /** By an admin, for everybody or for a group the person is in. */
  readonly preapproved: readonly string[];
}

interface Row {
  readonly by: 'person' | 'admin';
  readonly scopes: string[];
  readonly client_fingerprint: Buffer | null;
  readonly at: Date;
}

const RECALL = `
SELECT 'person' AS by, scopes, client_fingerprint, updated_at AS at FROM consents
WHERE user_id = $1 AND client_id = $2 AND resource = $3 AND redirect_key = $4
UNION ALL
SELECT 'admin', scopes, client_fingerprint, created_at FROM pre_consents
WHERE client_id = $2 AND resource = $3 AND audience = ANY ($5)`;

/** Remembers consent per person, client, resource and redirect URI, and what admins said beforehand. */
@Injectable()
export class ConsentMemory {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalogue: ScopeCatalogue,
    private readonly config: AppConfig,
  ) {}

  async recall(userId: string, person: Authority, request: AuthorizationRequest): Promise<Said> {
    const { client, resource, redirectUri } = request;
    const rows = await this.dataSource.query<Row[]>(RECALL, [
      userId,
      client.id,
      resource.id,
      redirectKey(redirectUri),
      audiencesOf(person),
    ]);
    const own = rows.find(({ by }) => by === 'person');
    return {
      ...(own && { remembered: { scopes: own.scopes, isOfAnother: !isSameClient(own, client) } }),
      preapproved: rows
        .filter((row) => row.by === 'admin' && isSameClient(row, client))
        .flatMap(({ scopes }) => scopes),
    };
  }

  /** Why nobody has to be asked; `undefined` when the person has. */
  spares(
    { client, prompt, redirectUri }: AuthorizationRequest,
    { scopes, remembered, preapproved }: Said & { scopes: readonly string[] },
  ): Exclude<Allowed['how'], 'asked'> | undefined {
    const mustAsk = prompt.has('consent');
    // Some clients say prompt=consent always; what the organisation has decided needs no second decision.
    if (!mustAsk || this.config.policies.clients.preapproval_satisfies_consent) {
      if (client.skipConsent) return 'skipped';
      if (this.covers(preapproved, scopes)) return 'preapproved';
    }
    if (mustAsk || !remembered || remembered.isOfAnother || !provesIdentity(redirectUri)) return undefined;
    return this.covers([...remembered.scopes, ...preapproved], scopes) ? 'remembered' : undefined;
  }

  private covers(said: readonly string[], scopes: readonly string[]): boolean {
    return this.catalogue.missing(said, scopes).length === 0;
  }
}

/** A yes from before clients had a fingerprint counts until the client changes. */
function isSameClient({ client_fingerprint: seen, at }: Row, { fingerprint, updatedAt }: Client): boolean {
  if (seen === null) return fingerprint === null || updatedAt <= at;
  return fingerprint !== null && seen.equals(fingerprint);
}
