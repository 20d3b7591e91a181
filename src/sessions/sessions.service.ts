import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { cleanText, currentAudit, identify } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { digest, newToken } from '../sealing/index.js';
import type { Account } from '../users/index.js';
import type { Basis } from './basis.js';
import { Cookies } from './cookies.js';
import type { EndedSession } from './session-ends.js';
import { SessionPeople } from './session-people.js';
import { Session } from './session.entity.js';
import { resolveSession, type SignedIn } from './signed-in.js';

/** The identity provider, and its own names for the person and for its session. */
export interface Upstream {
  readonly provider: string;
  readonly subject: string;
  readonly session?: string;
}

/** How somebody proved who they are. */
export interface Proof {
  readonly acr: string;
  /** RFC 8176 values, such as `pwd`. */
  readonly amr: readonly string[];
  /** When they did, if that was not just now. */
  readonly authTime?: Date;
  /** What has to be there still when the session begins. */
  readonly basis?: Basis;
  /** Who vouched for it; absent for a local sign-in. */
  readonly upstream?: Upstream;
}

@Injectable()
export class SessionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
    private readonly cookies: Cookies,
    private readonly people: SessionPeople,
  ) {}

  /**
   * Signs a person in at this browser: a new session always, the one the browser had ends (no fixation). False when they
   * may not come in any more, or what they proved themselves with is not theirs any more.
   */
  async start(req: Request, res: Response, account: Account, proof: Proof): Promise<boolean> {
    const token = newToken('');
    const previous = this.cookies.read(req, this.cookies.session);
    const isIn = await this.dataSource.transaction(async (tx) => {
      if (!(await this.people.mayEnter(tx, account, proof.basis))) return false;
      const before = previous ? await endByDigest(tx, digest(previous), 'replaced') : undefined;
      const session = this.make(digest(token), account.id, proof);
      if (before?.userId === account.id) session.continues = before.id;
      await tx.insert(Session, session);
      await this.people.signedIn(tx, account, session);
      if (before && before.userId !== account.id) await this.people.tookOver(tx, before);
      return true;
    });
    if (!isIn) return false;
    this.cookies.set(res, this.cookies.session, token, this.config.lifetimes.sessionMax);
    return true;
  }

  /** Who is signed in at this browser. Renews the idle limit at most once a minute. */
  async resolve(req: Request): Promise<SignedIn | undefined> {
    const token = this.cookies.read(req, this.cookies.session);
    if (!token) return undefined;
    const found = await resolveSession(
      this.dataSource.manager,
      digest(token),
      this.config.lifetimes.sessionIdle,
    );
    if (found) identify({ userId: found.userId, sessionId: found.sessionId });
    return found;
  }

  /** Signs out at this browser. What that means for apps is told to the rooms above (`SessionEnds`). */
  async signOut(req: Request, res: Response): Promise<void> {
    const token = this.cookies.read(req, this.cookies.session);
    if (token) {
      await this.dataSource.transaction(async (tx) => {
        const ended = await endByDigest(tx, digest(token), 'signed_out');
        if (ended) await this.people.signedOut(tx, ended);
      });
    }
    this.cookies.clear(res, this.cookies.session);
  }

  private make(tokenDigest: Buffer, userId: string, proof: Proof): Session {
    const now = new Date();
    const context = currentAudit();
    return Object.assign(new Session(), {
      id: uuidv7(),
      digest: tokenDigest,
      userId,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + this.config.lifetimes.sessionMax * 1_000),
      authTime: proof.authTime ?? now,
      acr: proof.acr,
      amr: [...proof.amr],
      idp: proof.upstream?.provider ?? null,
      idpSubject: proof.upstream?.subject ?? null,
      idpSession: proof.upstream?.session ?? null,
      ip: context?.ip ?? null,
      userAgent: context?.userAgent ? cleanText(context.userAgent) : null,
      continues: null,
      endedAt: null,
      endReason: null,
    } satisfies Session);
  }
}

async function endByDigest(
  tx: EntityManager,
  tokenDigest: Buffer,
  reason: string,
): Promise<EndedSession | undefined> {
  const [rows] = await tx.query<[EndedSession[], number]>(
    `UPDATE sessions SET ended_at = now(), end_reason = $2 WHERE digest = $1 AND ended_at IS NULL
     RETURNING id, user_id AS "userId"`,
    [tokenDigest, reason],
  );
  return rows[0];
}
