import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import type { AccountView } from '../pages/index.js';
import { LinkingProof, SignInWays, type SignedIn } from '../sessions/index.js';
import { IdentitiesService } from '../users/index.js';

type View = AccountView['signIns'];

/** The other services through which a person signs in, and those they could connect. */
@Injectable()
export class SignIns {
  constructor(
    private readonly identities: IdentitiesService,
    private readonly ways: SignInWays,
    private readonly proof: LinkingProof,
    private readonly config: AppConfig,
  ) {}

  /** Where people may hold API keys. */
  get apiKeysHref(): string | undefined {
    const taken = this.config.resources.some(({ apiKeys }) => apiKeys.includes('people'));
    return taken ? '/account/api-keys' : undefined;
  }

  async view(req: Request, res: Response, person: SignedIn): Promise<View> {
    const [identities, ways, mayChange] = await Promise.all([
      this.identities.of(person.userId),
      this.ways.list(),
      this.proof.mayBeGivenTo(person),
    ]);
    const connected = new Set(identities.map(({ provider }) => provider));
    return {
      identities: identities.map(({ id, provider, email, createdAt, lastLoginAt }) => ({
        id,
        provider: ways.find((way) => way.id === provider)?.label ?? provider,
        ...(email && { email }),
        createdAt,
        ...(lastLoginAt && { lastLoginAt }),
      })),
      connectable: ways
        .filter(({ id, hidden }) => !hidden && !connected.has(id))
        .map(({ id, label }) => ({
          provider: label,
          href: `/sso/${id}/link?proof=${this.proof.make(req, res, id)}`,
        })),
      mayChange,
      ...(this.config.policies.localAccounts && { securityHref: '/account/security' }),
    };
  }
}
