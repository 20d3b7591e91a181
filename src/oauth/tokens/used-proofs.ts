import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How far clocks may differ, in seconds: what is remembered outlives what it remembers by this much. */
export const CLOCK_SKEW = 30;

export type ProofPurpose = 'client_assertion' | 'id_jag' | 'dpop' | 'software_statement';

interface Claim {
  readonly key: Buffer;
  readonly purpose: ProofPurpose;
  readonly expiresAt: number;
  readonly settle: (isFirst: boolean) => void;
  readonly fail: (error: unknown) => void;
}

const INSERT = `
INSERT INTO used_proofs (key, purpose, expires_at)
SELECT p.key, p.purpose, to_timestamp(p.expires_at)
FROM unnest($1::bytea[], $2::text[], $3::double precision[]) AS p (key, purpose, expires_at)
ON CONFLICT (key) DO NOTHING RETURNING key`;

/** Single use across all replicas. Claims that arrive while a write is under way share the next statement. */
@Injectable()
export class UsedProofs {
  private waiting: Claim[] = [];
  private writing = false;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Whether this is the first time. `issuer` is whoever chose the `jti`; `expiresAt` is in seconds since the epoch.
   * The caller has checked the proof before: only what is good may fill the table.
   */
  async claim(
    purpose: ProofPurpose,
    { issuer, jti, expiresAt }: { issuer: string; jti: string; expiresAt: number },
  ): Promise<boolean> {
    const key = createHash('sha256')
      .update(JSON.stringify([purpose, issuer, jti]))
      .digest();
    return new Promise((settle, fail) => {
      this.waiting.push({ key, purpose, expiresAt: expiresAt + CLOCK_SKEW, settle, fail });
      if (!this.writing) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.writing = true;
    await Promise.resolve(); // Lets the claims of this tick join.
    while (this.waiting.length > 0) await this.write(this.waiting.splice(0));
    this.writing = false;
  }

  private async write(claims: readonly Claim[]): Promise<void> {
    // Within one statement the first of equal claims is the one that may win.
    const first = new Map<string, Claim>();
    for (const claim of claims) {
      const name = claim.key.toString('hex');
      if (first.has(name)) claim.settle(false);
      else first.set(name, claim);
    }
    const unique = [...first.values()];
    try {
      const rows = await this.dataSource.query<{ key: Buffer }[]>(INSERT, [
        unique.map(({ key }) => key),
        unique.map(({ purpose }) => purpose),
        unique.map(({ expiresAt }) => expiresAt),
      ]);
      const fresh = new Set(rows.map(({ key }) => key.toString('hex')));
      for (const [name, claim] of first) claim.settle(fresh.has(name));
    } catch (error) {
      for (const claim of unique) claim.fail(error);
    }
  }
}
