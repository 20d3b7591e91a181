import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../audit/index.js';

/** Whose sign-ins so far count for nothing any more, and who says so. */
export interface CredentialReset {
  readonly userId: string;
  readonly actor: Actor;
  /** A person’s words, or a snake_case code of our own. */
  readonly reason: string;
}

/** What ended with it. */
export interface ResetEnded {
  readonly seq?: number;
  readonly grants: number;
  readonly sessions: number;
}

type EndAll = (tx: EntityManager, reset: CredentialReset) => Promise<ResetEnded>;

/**
 * Ends everything that somebody got with a credential they may not be the owner of: browsers, grants, tokens. The room
 * above, which knows them all, registers how; it is done in the transaction that changes the credential.
 */
@Injectable()
export class CredentialResets {
  private endAll: EndAll | undefined;

  register(endAll: EndAll): void {
    this.endAll = endAll;
  }

  async endEverything(tx: EntityManager, reset: CredentialReset): Promise<ResetEnded> {
    if (!this.endAll) throw new Error('Nobody has said how everything of a person ends');
    return this.endAll(tx, reset);
  }
}
