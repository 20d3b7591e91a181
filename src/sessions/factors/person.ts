import type { Request } from 'express';
import { chooseLocale } from '../../pages/index.js';
import type { Account } from '../../users/index.js';
import type { SignedIn } from '../signed-in.js';

/** Whose account is changed, and how they are written to. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly name?: string;
  /** Of the browser they are at; unknown when somebody else acts. */
  readonly language?: string;
}

export const languageOf = (req: Request): string =>
  chooseLocale(req.headers['accept-language']).language.code;

/** Somebody who is at a browser now. */
export function personAt(req: Request, who: SignedIn | Account): Person {
  return {
    userId: 'userId' in who ? who.userId : who.id,
    email: who.email,
    ...(who.name && { name: who.name }),
    language: languageOf(req),
  };
}
