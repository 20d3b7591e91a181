import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Pages, type ApiKeysView } from '../../pages/index.js';
import type { Exchange, SignedIn } from '../../sessions/index.js';
import { AccountPaths } from '../account-paths.js';
import { AccountVisitor } from '../account-visitor.js';
import { OwnApiKeys } from './own-api-keys.js';

const HERE = '/account/api-keys';

/** The page with the API keys of a person, and the ways from it. */
@Injectable()
export class ApiKeysPage {
  constructor(
    private readonly pages: Pages,
    private readonly visitor: AccountVisitor,
    private readonly paths: AccountPaths,
    private readonly own: OwnApiKeys,
  ) {}

  async send(
    { req, res }: Exchange,
    person: SignedIn,
    said: Pick<ApiKeysView, 'notice' | 'problem'> = {},
  ): Promise<void> {
    const [keys, offer, recent] = await Promise.all([
      this.own.living(person),
      this.own.offer(person),
      this.paths.isRecent(person),
    ]);
    const view: ApiKeysView = {
      page: 'api-keys',
      keys,
      ...(offer && { offer }),
      recent,
      confirmHref: this.paths.confirmHref(person, HERE),
      csrf: this.visitor.formToken(req, res),
      ...said,
    };
    this.pages.send(req, res, view, { status: said.problem ? 400 : 200 });
  }

  sendMade({ req, res }: Exchange, name: string, key: string): void {
    this.pages.send(req, res, { page: 'api-key-made', name, key });
  }

  done(res: Response, notice?: 'revoked'): void {
    this.paths.done(res, HERE, notice);
  }

  toLogin(res: Response): void {
    this.paths.toLogin(res, HERE);
  }

  toConfirm(res: Response, person: SignedIn): void {
    this.paths.toConfirm(res, person, HERE);
  }
}
