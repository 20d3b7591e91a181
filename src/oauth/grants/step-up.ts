import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import type { VerifiedToken } from '../verified-token.js';

/** A refresh that comes later than this after a challenge is an ordinary one. */
const ANSWER_MS = 10_000;
/** Clients refresh ahead of expiry by no more than this; a token with longer to live is refreshed for another reason. */
const AHEAD_SECONDS = 300;

/**
 * Some clients answer a step-up challenge by refreshing, which cannot widen a grant, and then give up; they ask the
 * person only when the refresh is refused. So the first refresh right after a challenge, of a token that needed none,
 * is refused without ending anything (policy `step_up_by_authorization`).
 */
@Injectable()
export class StepUp {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
  ) {}

  /** The bearer of a token was just told that these scopes are missing. */
  async challenged(token: VerifiedToken, missing: readonly string[]): Promise<void> {
    if (!this.config.policies.clients.step_up_by_authorization || token.grantId === undefined) return;
    const lifetime = token.expiresAt - token.issuedAt;
    if (token.expiresAt - Date.now() / 1_000 < Math.min(AHEAD_SECONDS, lifetime / 2)) return;
    await this.dataSource.query(
      'UPDATE grants SET step_up_at = now() WHERE id = $1 AND revoked_at IS NULL AND NOT scopes @> $2::text[]',
      [token.grantId, missing],
    );
  }

  /** Whether this refresh answers a challenge. True once for each. */
  async answers(grantId: string, challengedAt: Date | null): Promise<boolean> {
    if (!challengedAt) return false;
    const [rows] = await this.dataSource.query<[unknown[], number]>(
      'UPDATE grants SET step_up_at = NULL WHERE id = $1 AND step_up_at IS NOT NULL RETURNING id',
      [grantId],
    );
    return rows.length > 0 && Date.now() - challengedAt.getTime() < ANSWER_MS;
  }
}
