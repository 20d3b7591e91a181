import { ForbiddenException, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { newToken, Sealer } from '../sealing/index.js';
import { Cookies } from './cookies.js';
import { SESSION_COOKIE } from './session-cookie.js';

const BROWSER_COOKIE = 'gatehouse_browser';

/**
 * Binds a form to the browser that was given it, to the session it had then and to one purpose (a page, or one
 * authorization request). A token for one of these is worth nothing for another.
 */
@Injectable()
export class Csrf {
  constructor(
    private readonly config: AppConfig,
    private readonly cookies: Cookies,
    private readonly sealer: Sealer,
  ) {}

  /** The value of the form's hidden field `csrf`. */
  token(req: Request, res: Response, purpose: string): string {
    let browser = this.cookies.read(req, BROWSER_COOKIE);
    if (!browser) {
      browser = newToken('');
      this.cookies.set(res, BROWSER_COOKIE, browser);
    }
    return this.sealer.mac('csrf', this.bound(req, browser, purpose)).toString('base64url');
  }

  /** @throws ForbiddenException when the form was not given to this browser for this purpose by us. */
  verify(req: Request, purpose: string, given: unknown): void {
    const browser = this.cookies.read(req, BROWSER_COOKIE);
    const valid =
      this.isOwnForm(req) &&
      browser !== undefined &&
      typeof given === 'string' &&
      this.sealer.verifyMac('csrf', this.bound(req, browser, purpose), Buffer.from(given, 'base64url'));
    if (!valid) throw new ForbiddenException('csrf');
  }

  /** Browsers send `Origin: null` with a form from a page whose referrer policy is `no-referrer`; then Sec-Fetch-Site decides. */
  private isOwnForm(req: Request): boolean {
    const { origin, 'sec-fetch-site': site } = req.headers;
    if (site !== undefined && site !== 'same-origin') return false;
    return (
      origin === undefined || origin === this.config.origin || (origin === 'null' && site === 'same-origin')
    );
  }

  private bound(req: Request, browser: string, purpose: string): string {
    return `${browser}|${this.cookies.read(req, SESSION_COOKIE) ?? ''}|${purpose}`;
  }
}
