import { ForbiddenException, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Csrf, SessionList, SessionsService, type SignedIn } from '../sessions/index.js';

/** `/oauth2/logout` takes the forms of this page too. */
const PURPOSE = 'account';

/** Who is at this browser, and whether a form is theirs. */
@Injectable()
export class AccountVisitor {
  constructor(
    private readonly sessions: SessionsService,
    private readonly list: SessionList,
    private readonly csrf: Csrf,
  ) {}

  find(req: Request): Promise<SignedIn | undefined> {
    return this.sessions.resolve(req);
  }

  formToken(req: Request, res: Response): string {
    return this.csrf.token(req, res, PURPOSE);
  }

  /** @throws ForbiddenException when nobody is signed in or the form was not given to this browser */
  async expect(req: Request, given: unknown): Promise<SignedIn> {
    this.csrf.verify(req, PURPOSE, given);
    const person = await this.find(req);
    if (!person) throw new ForbiddenException('session');
    return person;
  }

  async owns(person: SignedIn, sessionId: string): Promise<boolean> {
    return (await this.list.find(sessionId))?.userId === person.userId;
  }
}
