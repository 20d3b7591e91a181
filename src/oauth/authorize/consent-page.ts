import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../../config/index.js';
import { Pages, type ConsentView } from '../../pages/index.js';
import { Csrf, type SignedIn } from '../../sessions/index.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import type { ScopeGroup } from '../scopes.js';
import type { AuthorizationRequest } from './authorization-request.js';
import type { Remembered } from './consent-memory.js';
import { provesIdentity, redirectHost } from './redirect-uri.js';

interface Asking {
  readonly request: AuthorizationRequest;
  readonly person: SignedIn;
  readonly query: string;
  readonly scopes: readonly string[];
  readonly remembered: Remembered;
}

const GROUPS: readonly ScopeGroup[] = ['read', 'change', 'account'];

/** A form for one authorization request is worth nothing for another. */
const purposeOf = (query: string): string =>
  `consent:${createHash('sha256').update(query).digest('base64url')}`;

/** The page that asks: who wants to do what, where the answer goes, and how to end it later. */
@Injectable()
export class ConsentPage {
  constructor(
    private readonly config: AppConfig,
    private readonly catalogue: ScopeCatalogue,
    private readonly pages: Pages,
    private readonly csrf: Csrf,
  ) {}

  verify(req: Request, query: string, given: unknown): void {
    this.csrf.verify(req, purposeOf(query), given);
  }

  async send(req: Request, res: Response, asking: Asking): Promise<void> {
    const csrf = this.csrf.token(req, res, purposeOf(asking.query));
    this.pages.send(req, res, this.view(asking, csrf), { formTargets: [asking.request.redirectUri] });
  }

  private view({ request, person, query, scopes, remembered }: Asking, csrf: string): ConsentView {
    const { client, redirectUri } = request;
    const again = `/oauth2/authorize?${query}`;
    return {
      page: 'consent',
      client: {
        name: client.name,
        clientId: client.id,
        // A redirect over https reaches only who owns that host; an admin's approval vouches for the rest.
        ...(provesIdentity(redirectUri) &&
          client.trustState === 'approved' && { verifiedHost: redirectHost(redirectUri) }),
        ...(client.lastUsedAt && { firstSeen: client.createdAt }),
        approved: client.trustState === 'approved',
      },
      account: { email: person.email, ...(person.name && { name: person.name }) },
      switchAccountHref: `/login?return_to=${encodeURIComponent(again)}`,
      resourceName: request.resource.name,
      groups: GROUPS.map((kind) => this.group(kind, scopes, remembered)).filter(
        ({ scopes: shown }) => shown.length > 0,
      ),
      redirectHost: redirectHost(redirectUri),
      onThisComputer: !provesIdentity(redirectUri),
      remembered: remembered !== undefined,
      accessEndsAfterDays: client.grantTypes.includes('refresh_token')
        ? Math.round(this.config.lifetimes.refreshIdle / 86_400)
        : 0,
      hidden: { request: query },
      csrf,
    };
  }

  private group(
    kind: ScopeGroup,
    scopes: readonly string[],
    remembered: Remembered,
  ): ConsentView['groups'][number] {
    const entries = scopes.map((scope) => this.catalogue.get(scope)!).filter(({ group }) => group === kind);
    return {
      kind,
      scopes: entries.map((entry) => ({
        scope: entry.name,
        sentence: entry.sentence,
        destructive: entry.destructive ?? false,
        isNew: remembered !== undefined && this.catalogue.missing(remembered, [entry.name]).length > 0,
        tools: [...this.catalogue.toolsOf(entry.name, scopes)],
      })),
    };
  }
}
