import { Injectable } from '@nestjs/common';
import { parseDuration } from '../config/index.js';
import {
  ApiKeyList,
  ApiKeyRefused,
  ApiKeys,
  type By,
  type ApiKeyView,
  type Ended,
  type KeyCheck,
} from '../oauth/index.js';
import { AdminProblem, found, invalidField } from './admin-problem.js';
import type { Operator } from './admin-request.js';
import { ClientReach } from './client-reach.js';
import type { NewApiKeyRequest } from './api-keys.request.js';
import { checkTag, tagOf } from './etag.js';
import { given } from './paging.js';

export interface MadeKey {
  readonly view: ApiKeyView;
  readonly key: string;
}

/** A use of the key is no change of it. */
export const apiKeyTag = (key: {
  readonly id: string;
  readonly name: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt?: Date | null;
}): string => tagOf(key.id, key.name, key.issuedAt, key.expiresAt, key.revokedAt ?? null);

/** What is wrong with the request itself, and with which member. */
const FIELDS: Partial<Record<ApiKeyRefused['reason'], string>> = {
  no_such_owner: 'client_id',
  not_a_service: 'client_id',
  scope_beyond_owner: 'scopes',
  lives_too_long: 'expires_in',
};

/** API keys as operators make and end them. A key of a person is theirs: an operator can end it and nothing else. */
@Injectable()
export class ApiKeyOperations {
  constructor(
    private readonly keys: ApiKeys,
    private readonly list: ApiKeyList,
    private readonly reach: ClientReach,
  ) {}

  async create(request: NewApiKeyRequest, operator: Operator): Promise<MadeKey> {
    const { client_id: clientId, name, scopes } = request;
    this.reach.checkGiven('scopes', scopes, operator);
    const seconds = parseDuration(request.expires_in);
    const wanted = { name, scopes, ...given({ seconds }) };
    const { id, key } = await problems(this.keys.create({ clientId }, wanted, { actor: operator.actor }));
    return { view: found(await this.list.find(id)), key };
  }

  async rename(id: string, name: string | undefined, operator: Operator): Promise<ApiKeyView> {
    const check = this.ofService(operator);
    const renamed = await problems(this.keys.rename(id, name, { by: { actor: operator.actor }, check }));
    return found(renamed ? await this.list.find(id) : undefined);
  }

  async rotate(id: string, expiresIn: string | undefined, operator: Operator): Promise<MadeKey> {
    const asked = { by: { actor: operator.actor }, check: this.ofService(operator) };
    const { key } = found(await problems(this.keys.rotate(id, parseDuration(expiresIn), asked)));
    return { view: found(await this.list.find(id)), key };
  }

  async revoke(id: string, by: By, { ifMatch }: Operator): Promise<Ended> {
    return found(await this.keys.revoke(id, { by, check: (key) => checkTag(ifMatch, apiKeyTag(key)) }));
  }

  /** Whoever gets the secret can do what the key can. */
  private ofService(operator: Operator): KeyCheck {
    return (key) => {
      checkTag(operator.ifMatch, apiKeyTag(key));
      if (key.userId !== null)
        throw new AdminProblem('forbidden', {
          detail: 'The key is of a person, who alone can change it; it can be ended here',
          reason: 'api_key_of_a_person',
        });
      this.reach.checkGiven('scopes', key.scopes, operator);
    };
  }
}

async function problems<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ApiKeyRefused)) throw error;
    const { reason, message: detail } = error;
    const field = FIELDS[reason];
    throw field === undefined
      ? new AdminProblem('conflict', { detail, reason })
      : invalidField(field, detail);
  }
}
