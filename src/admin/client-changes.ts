import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig, parseDuration } from '../config/index.js';
import { ClientsService, metadataOf, type ClientView } from '../oauth/index.js';
import { AdminProblem, found, invalidField } from './admin-problem.js';
import type { Operator } from './admin-request.js';
import { etagOf } from './client-etag.js';
import { merged, problemOf, wantedBy } from './client-metadata.js';
import { ClientReach } from './client-reach.js';
import { checkTag } from './etag.js';
import type { ChangedClientRequest } from './clients.request.js';
import { given } from './paging.js';

const MAX_OVERLAP = 30 * 86_400;
/** What operators decide about an application whose document says the rest. */
const OF_ANY_CLIENT: readonly string[] = ['allowed_scopes', 'skip_consent'];

export interface NewSecret {
  readonly client: ClientView;
  readonly secret: string;
}

/** Changes clients for operators. */
@Injectable()
export class ClientChanges {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly clients: ClientsService,
    private readonly reach: ClientReach,
  ) {}

  async change(id: string, request: ChangedClientRequest, operator: Operator): Promise<ClientView> {
    this.checkOurs(id);
    this.reach.checkGiven('scopes', request.scopes ?? [], operator);
    this.reach.checkGiven('allowed_scopes', request.allowed_scopes ?? [], operator);
    const { skip_consent: skipConsent, allowed_scopes: allowedScopes } = request;
    const change = { actor: operator.actor, keepsTrust: true, ...given({ skipConsent, allowedScopes }) };
    const decide = (before: ClientView) => {
      checkTag(operator.ifMatch, etagOf(before));
      this.reach.checkOwned(before, operator);
      checkDocument(before, request);
      return merged(metadataOf(before), wantedBy(request));
    };
    try {
      return found(await this.dataSource.transaction((tx) => this.clients.change(tx, id, decide, change)));
    } catch (error) {
      throw problemOf(error);
    } finally {
      this.clients.forget(id);
    }
  }

  async rotateSecret(id: string, overlap: string | undefined, operator: Operator): Promise<NewSecret> {
    this.checkOurs(id);
    const seconds = parseDuration(overlap) ?? 0;
    if (seconds > MAX_OVERLAP) throw invalidField('overlap', 'must be 30d at most');
    const check = (client: ClientView) => this.reach.checkOwned(client, operator);
    const asked = { actor: operator.actor, check };
    const { client, secret } = found(await this.clients.rotateSecret(id, seconds, asked));
    if (secret === undefined)
      throw new AdminProblem('invalid_request', {
        detail: 'This client does not authenticate with a secret',
        reason: 'client_without_secret',
      });
    return { client, secret };
  }

  /** The next start would bring back what the file says. */
  private checkOurs(id: string): void {
    if (!this.config.clients.some(({ clientId }) => clientId === id)) return;
    throw new AdminProblem('forbidden', {
      detail: 'The configuration file says what this client is; change it there',
      reason: 'configured_client',
    });
  }
}

function checkDocument({ registration }: ClientView, request: ChangedClientRequest): void {
  if (registration !== 'cimd') return;
  const field = Object.entries(request).find(
    ([name, value]) => value !== undefined && !OF_ANY_CLIENT.includes(name),
  )?.[0];
  if (field) throw invalidField(field, 'is what the metadata document of this client says');
}
