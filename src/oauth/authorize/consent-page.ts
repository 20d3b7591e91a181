import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../../config/index.js';
import { Pages, type ConsentView } from '../../pages/index.js';
import { Csrf, type SignedIn } from '../../sessions/index.js';
import { accessEndsAfterDays } from '../refreshable.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import { scopeGroups } from '../scope-groups.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { askerOf, identityOf } from './consent-asker.js';
import type { Question } from './interaction.js';
import { optionalScopes } from './narrowing.js';
import { provesIdentity, redirectHost } from './redirect-uri.js';

interface Asking {
  readonly request: AuthorizationRequest;
  readonly person: SignedIn;
  readonly query: string;
  readonly question: Question;
  /** Everything was left out: there is nothing to say yes to. */
  readonly nothingLeft?: boolean;
}

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

  send(req: Request, res: Response, asking: Asking): void {
    const csrf = this.csrf.token(req, res, purposeOf(asking.query));
    this.pages.send(req, res, this.view(asking, csrf), {
      formTargets: [asking.request.redirectUri],
      ...(asking.nothingLeft && { status: 400 }),
    });
  }

  private view({ request, person, query, question, nothingLeft }: Asking, csrf: string): ConsentView {
    const { client, redirectUri } = request;
    const { remembered } = question;
    const again = `/oauth2/authorize?${query}`;
    return {
      page: 'consent',
      client: askerOf(request),
      account: { email: person.email, ...(person.name && { name: person.name }) },
      switchAccountHref: `/login?return_to=${encodeURIComponent(again)}`,
      resourceName: request.resource.name,
      groups: this.groups(question),
      redirectHost: redirectHost(redirectUri),
      onThisComputer: !provesIdentity(redirectUri),
      remembered: remembered !== undefined && !remembered.isOfAnother,
      changed: remembered?.isOfAnother ?? false,
      nothingLeft: nothingLeft ?? false,
      accessEndsAfterDays: accessEndsAfterDays(this.config, client, question.scopes),
      hidden: { request: query, seen: identityOf(client) },
      csrf,
    };
  }

  private groups(question: Question): ConsentView['groups'] {
    const { scopes, remembered, preapproved } = question;
    const said = remembered && !remembered.isOfAnother ? remembered.scopes : undefined;
    const optional = optionalScopes(question, this.catalogue);
    return scopeGroups(this.catalogue, scopes, (scope) => ({
      isNew: said !== undefined && this.catalogue.missing([...said, ...preapproved], [scope]).length > 0,
      optional: optional.includes(scope),
      preapproved: preapproved.includes(scope),
    }));
  }
}
