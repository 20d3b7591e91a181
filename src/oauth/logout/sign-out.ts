import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RevocationLedger } from '../../revocation/index.js';
import { SessionList, SessionsService, type SignedIn } from '../../sessions/index.js';
import { Subjects } from '../tokens/subjects.js';
import type { IdTokenHint } from './id-token-hints.js';

/** A person at this browser, and the end of their session here. */
@Injectable()
export class SignOut {
  constructor(
    private readonly sessions: SessionsService,
    private readonly list: SessionList,
    private readonly subjects: Subjects,
    private readonly ledger: RevocationLedger,
  ) {}

  person(req: Request): Promise<SignedIn | undefined> {
    return this.sessions.resolve(req);
  }

  /** Whether an id_token is of this person in this very browser. */
  async isOf(person: SignedIn, { subject, clientId, sessionId }: IdTokenHint): Promise<boolean> {
    if (subject !== this.subjects.subjectOf(person.userId, { id: clientId })) return false;
    if (sessionId === undefined) return true;
    return (await this.list.lineage(person.sessionId)).some(({ id }) => id === sessionId);
  }

  /** What ended with the session is dead here when this returns, and at other replicas as after any revocation. */
  async signOut(req: Request, res: Response): Promise<void> {
    await this.sessions.signOut(req, res);
    await this.ledger.catchUp();
  }
}
