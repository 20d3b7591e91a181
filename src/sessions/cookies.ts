import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { AppConfig } from '../config/index.js';

/**
 * Cookies of this server. On https they carry the `__Host-` prefix: no domain, whole host, secure, so that no
 * sibling host can set them. On http (loopback) browsers refuse that prefix.
 */
@Injectable()
export class Cookies {
  constructor(private readonly config: AppConfig) {}

  /** Of the cookie that says who is signed in. */
  get session(): string {
    return this.config.policies.sessions.cookie;
  }

  read(req: Request, name: string): string | undefined {
    const wanted = this.fullName(name);
    const header = req.headers.cookie;
    if (!header || header.length > 16_384) return undefined;
    for (const pair of header.split(';')) {
      const at = pair.indexOf('=');
      if (at > 0 && pair.slice(0, at).trim() === wanted) return pair.slice(at + 1).trim();
    }
    return undefined;
  }

  /** `maxAge` in seconds; without it the cookie ends with the browser. The value must be base64url. */
  set(res: Response, name: string, value: string, maxAge?: number): void {
    res.cookie(this.fullName(name), value, {
      ...this.attributes(),
      ...(maxAge !== undefined && { maxAge: maxAge * 1_000 }),
    });
  }

  clear(res: Response, name: string): void {
    res.clearCookie(this.fullName(name), this.attributes());
  }

  private fullName(name: string): string {
    return this.config.secure ? `__Host-${name}` : name;
  }

  private attributes(): CookieOptions {
    return { httpOnly: true, secure: this.config.secure, sameSite: 'lax', path: '/', encode: String };
  }
}
