import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { By } from '../grants/ending-facts.js';
import { EndingWriter } from '../grants/ending-writer.js';
import { Endings, type Ended } from '../grants/endings.js';

/** How a key ends, and what is being served with it. */
@Injectable()
export class KeyRevocation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writer: EndingWriter,
    private readonly endings: Endings,
  ) {}

  async revoke(
    id: string,
    isThere: (tx: EntityManager) => Promise<boolean>,
    by: By,
  ): Promise<Ended | undefined> {
    const rows = await this.dataSource.transaction(async (tx) =>
      (await isThere(tx)) ? this.writer.endApiKey(tx, id, by) : undefined,
    );
    return rows && this.endings.receipt(rows);
  }

  /** Ends what is being served with the secret that a key had until now. */
  endCalls(tx: EntityManager, id: string, by: By): Promise<number> {
    return this.writer.append(tx, [{ kind: 'jti', key: id }], by);
  }

  async committed(seq: number): Promise<void> {
    await this.endings.receipt({ seq, grants: 0, sessions: 0 });
  }
}
