import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CannotOpen, Sealer } from '../../sealing/index.js';
import { SubjectKeys } from './subject-keys.js';

const AT_ONCE = 500;

const OLDER = `
SELECT key_id AS id, sealed FROM audit_subject_keys
WHERE sealed IS NOT NULL AND substring(sealed FROM 1 FOR 4) <> $1 AND key_id > $2 ORDER BY key_id LIMIT ${AT_ONCE}`;
/** One that was destroyed or sealed anew meanwhile is left alone. */
const REPLACE = `
UPDATE audit_subject_keys k SET sealed = n.sealed
FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (id, sealed, before)
WHERE k.key_id = n.id AND k.sealed = n.before`;

interface Row {
  readonly id: string;
  readonly sealed: Buffer;
}

/** After each start: data keys leave the older versions of `ENCRYPTION_KEYS`. */
@Injectable()
export class SubjectKeyResealing {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
    private readonly keys: SubjectKeys,
  ) {}

  async run(): Promise<void> {
    const version = Buffer.alloc(4);
    version.writeUInt32BE(this.sealer.version);
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await this.dataSource.query<Row[]>(OLDER, [version, after]);
      const fresh = rows.flatMap((row) => this.resealed(row));
      if (fresh.length > 0)
        await this.dataSource.query(REPLACE, [
          fresh.map(({ id }) => id),
          fresh.map(({ resealed }) => resealed),
          fresh.map(({ sealed }) => sealed),
        ]);
      if (rows.length < AT_ONCE) return;
      after = rows.at(-1)!.id;
    }
  }

  private resealed({ id, sealed }: Row): (Row & { resealed: Buffer })[] {
    try {
      return [{ id, sealed, resealed: this.keys.resealed(id, sealed) }];
    } catch (error) {
      // Of a version that is not configured: it can be opened by nobody here, and may be again.
      if (error instanceof CannotOpen) return [];
      throw error;
    }
  }
}
