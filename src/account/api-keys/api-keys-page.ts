import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../../config/index.js';
import { Pages, type ApiKeysView } from '../../pages/index.js';
import type { Exchange, SignedIn } from '../../sessions/index.js';
import { ApiKeyVisits } from './api-key-visits.js';
import { OwnApiKeys } from './own-api-keys.js';

const HERE = '/account/api-keys';

/** The page with the API keys of a person, and the ways from it. */
@Injectable()
export class ApiKeysPage {
  constructor(
    private readonly config: AppConfig,
    private readonly pages: Pages,
    private readonly visits: ApiKeyVisits,
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
      this.visits.isRecent(person),
    ]);
    const view: ApiKeysView = {
      page: 'api-keys',
      keys,
      ...(offer && { offer }),
      recent,
      confirmHref: this.visits.confirmHref(person),
      csrf: this.visits.formToken({ req, res }),
      ...said,
    };
    this.pages.send(req, res, view, { status: said.problem ? 400 : 200 });
  }

  sendMade({ req, res }: Exchange, name: string, key: string): void {
    this.pages.send(req, res, { page: 'api-key-made', name, key });
  }

  /** Back to the page, with what was done. */
  done(res: Response, notice?: 'revoked'): void {
    res.redirect(303, `${this.config.basePath}${HERE}${notice ? `?done=${notice}` : ''}`);
  }

  toLogin(res: Response): void {
    const query = new URLSearchParams({ return_to: HERE }).toString();
    res.redirect(303, `${this.config.basePath}/login?${query}`);
  }

  toConfirm(res: Response, person: SignedIn): void {
    res.redirect(303, `${this.config.basePath}${this.visits.confirmHref(person)}`);
  }
}
