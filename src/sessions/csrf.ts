import { ForbiddenException, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { newToken, Sealer } from '../sealing/index.js';
import { Cookies } from './cookies.js';
import { isOwnForm } from './own-form.js';

const BROWSER_COOKIE = 'gatehouse_browser';

/**
 * Binds a form to the browser that was given it, to the session it had then and to one purpose (a page, or one
 * authorization request). A token for one of these is worth nothing for another.
 */
@Injectable()
export class Csrf {
  /** Given to the browser with the answer that is being made: asked again, it is the same. */
  private readonly made = new WeakMap<Request, string>();

  constructor(
    private readonly config: AppConfig,
    private readonly cookies: Cookies,
    private readonly sealer: Sealer,
  ) {}

  /** The value of the form's hidden field `csrf`. */
  token(req: Request, res: Response, purpose: string): string {
    return this.sealer.mac('csrf', this.bound(req, this.browser(req, res), purpose)).toString('base64url');
  }

  /** A secret that only this browser has, whoever is signed in at it. */
  browser(req: Request, res: Response): string {
    const known = this.cookies.read(req, BROWSER_COOKIE) ?? this.made.get(req);
    if (known) return known;
    const secret = newToken('');
    this.made.set(req, secret);
    this.cookies.set(res, BROWSER_COOKIE, secret);
    return secret;
  }

  /** @throws ForbiddenException when the form was not given to this browser for this purpose by us. */
  verify(req: Request, purpose: string, given: unknown): void {
    const browser = this.cookies.read(req, BROWSER_COOKIE);
    const valid =
      isOwnForm(req, this.config.origin) &&
      browser !== undefined &&
      typeof given === 'string' &&
      this.sealer.verifyMac('csrf', this.bound(req, browser, purpose), Buffer.from(given, 'base64url'));
    if (!valid) throw new ForbiddenException('csrf');
  }

  private bound(req: Request, browser: string, purpose: string): string {
    return `${browser}|${this.cookies.read(req, this.cookies.session) ?? ''}|${purpose}`;
  }
}
