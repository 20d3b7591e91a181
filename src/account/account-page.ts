import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Pages } from '../pages/index.js';
import type { SignedIn } from '../sessions/index.js';
import { AccountVisitor } from './account-visitor.js';
import { ConnectedApps } from './connected-apps.js';
import { OwnThings } from './own-things.js';

@Injectable()
export class AccountPage {
  constructor(
    private readonly pages: Pages,
    private readonly visitor: AccountVisitor,
    private readonly apps: ConnectedApps,
    private readonly own: OwnThings,
  ) {}

  async send(req: Request, res: Response, person: SignedIn, query: Record<string, unknown>): Promise<void> {
    const [apps, sessions, said, signIns] = await Promise.all([
      this.apps.of(person.userId),
      this.own.sessions(person),
      this.own.said(query),
      this.own.signIns.view(req, res, person),
    ]);
    const { apiKeysHref } = this.own.signIns;
    this.pages.send(req, res, {
      page: 'account',
      person: { email: person.email, ...(person.name && { name: person.name }) },
      ...apps,
      ...(apiKeysHref && { apiKeysHref }),
      sessions,
      signIns,
      csrf: this.visitor.formToken(req, res),
      ...said,
    });
  }
}
