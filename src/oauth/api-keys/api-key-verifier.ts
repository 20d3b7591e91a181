import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { API_KEY_CLIENT } from '../../config/index.js';
import { RevocationLedger } from '../../revocation/index.js';
import { digest } from '../../sealing/index.js';
import type { Resource } from '../resources.js';
import { NO_KEY } from '../tokens/access-token-maker.js';
import { Subjects } from '../tokens/subjects.js';
import type { VerifiedToken } from '../verified-token.js';
import { OWNER_COLUMNS, OWNER_JOINS, ownerOf, type OwnerRow } from './api-key-owners.js';
import { ApiKeyRights } from './api-key-rights.js';
import { isApiKey } from './key-text.js';

/** The key is not one that is good here. `reason` is for the log; `token` is what it would be, when there is such a key. */
export class BadApiKey extends Error {
  constructor(
    readonly reason: string,
    readonly token?: VerifiedToken,
  ) {
    super(reason);
    this.name = 'BadApiKey';
  }
}

interface Row extends OwnerRow {
  readonly id: string;
  readonly user_id: string | null;
  readonly client_id: string | null;
  readonly resource: string;
  readonly scopes: string[];
  readonly issued_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  /** Ledger position of the same snapshot: what is ended later is newer than the call. */
  readonly rev: string;
}

/**
 * The key, its owner and the position in the ledger are of one snapshot. Use is written at most once a minute, and never
 * waited for.
 */
const FIND = `
WITH found AS (
  SELECT k.id, k.user_id, k.client_id, k.resource, k.scopes, k.issued_at, k.expires_at, k.revoked_at, ${OWNER_COLUMNS},
    (SELECT coalesce(max(seq), 0) FROM revocations) AS rev
  FROM api_keys k ${OWNER_JOINS} WHERE k.digest = $1),
used AS (
  UPDATE api_keys k SET last_used_at = now(), last_used_ip = $2 FROM (
    SELECT a.id FROM api_keys a JOIN found f ON f.id = a.id
    WHERE a.revoked_at IS NULL AND a.expires_at > now() AND a.resource = $3 AND f.disabled_at IS NULL
      AND f.trust_state IS DISTINCT FROM 'suspended'
      AND (a.last_used_at IS NULL OR a.last_used_at < now() - interval '1 minute')
    FOR NO KEY UPDATE OF a SKIP LOCKED) due
  WHERE k.id = due.id)
SELECT * FROM found`;

/** Says what an API key stands for: one statement for each use, so that what its owner lost is lost at once. */
@Injectable()
export class ApiKeyVerifier {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: RevocationLedger,
    private readonly rights: ApiKeyRights,
    private readonly subjects: Subjects,
  ) {}

  /**
   * What a call with it may do now: never more than its owner may.
   * @throws BadApiKey, or the database's error
   */
  async verify(key: string, resource: Resource, ip: string): Promise<VerifiedToken> {
    if (!isApiKey(key)) throw new BadApiKey('malformed_api_key');
    const [row] = await this.dataSource.query<Row[]>(FIND, [digest(key), ip, resource.id]);
    if (!row) throw new BadApiKey('unknown_api_key');
    const token = this.tokenOf(row, resource);
    if (row.resource !== resource.id) throw new BadApiKey('wrong_audience', token);
    if (row.revoked_at) throw new BadApiKey('revoked', token);
    if (row.expires_at.getTime() <= Date.now()) throw new BadApiKey('expired', token);
    const found = ownerOf({ clientId: row.client_id }, row);
    if ('unfit' in found) throw new BadApiKey(found.unfit, token);
    const scopes = this.rights.of(found.owner, resource, row.scopes);
    if (scopes.length === 0) throw new BadApiKey('api_key_without_rights', token);
    if (await this.ledger.isEnded(token)) throw new BadApiKey('revoked', token);
    return { ...token, scopes };
  }

  /** As an access token that was issued this moment: what is begun with it lasts no longer than with one of those. */
  private tokenOf(row: Row, { accessTokenSeconds }: Resource): VerifiedToken {
    const { id, user_id: userId, client_id: clientId } = row;
    const subject =
      userId === null ? (clientId ?? id) : this.subjects.subjectOf(userId, { id: API_KEY_CLIENT });
    return {
      jti: id,
      kid: NO_KEY,
      apiKey: true,
      subject,
      ...(userId !== null && { userId }),
      clientId: clientId ?? API_KEY_CLIENT,
      scopes: row.scopes,
      resource: row.resource,
      issuedAt: seconds(row.issued_at.getTime()),
      expiresAt: Math.min(seconds(row.expires_at.getTime()), seconds(Date.now()) + accessTokenSeconds),
      rev: Number(row.rev),
    };
  }
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1_000);
