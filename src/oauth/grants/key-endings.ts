import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { KeyOperations } from '../../keys/index.js';
import { RevocationLedger, type RevocationReceipt } from '../../revocation/index.js';
import { livingTokensByKey, tokensOfKey } from '../tokens/tokens-of-keys.js';
import { EndingWriter, type By } from './ending-writer.js';

/** What revoking a key ended, or would. `ended` is false when nothing was changed. */
export interface KeyEnded {
  readonly ended: boolean;
  /** Living access tokens it signed. */
  readonly signed: number;
  /** Living ones that another key signed in exchange for those. */
  readonly exchanged: number;
  /** The key that signs in its place from now on. */
  readonly successor?: string;
  readonly receipt?: RevocationReceipt;
}

/**
 * The end of a signing key that somebody else may have: it leaves the key set, and everything it signed ends, in one
 * transaction. Grants and refresh tokens live on, and clients get new access tokens by them.
 */
@Injectable()
export class KeyEndings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: RevocationLedger,
    private readonly keys: KeyOperations,
    private readonly writer: EndingWriter,
  ) {}

  /** Living access tokens by the key that signed them. */
  living(): Promise<ReadonlyMap<string, number>> {
    return livingTokensByKey(this.dataSource);
  }

  /** What ending it would do. `undefined`: there is no such key. */
  async preview(kid: string): Promise<KeyEnded | undefined> {
    if (!(await this.keys.find(kid))) return undefined;
    return { ended: false, ...(await tokensOfKey(this.dataSource, kid)) };
  }

  async key(kid: string, by: By): Promise<KeyEnded | undefined> {
    const done = await this.dataSource.transaction((tx) => this.keyIn(tx, kid, by));
    if (done?.seq === undefined) return done;
    const { seq, ...ended } = done;
    await this.committed();
    return { ...ended, receipt: await this.ledger.receipt(seq) };
  }

  /** In the caller's transaction; call `committed` after it. `seq` is absent when nothing was changed. */
  async keyIn(tx: EntityManager, kid: string, by: By): Promise<(KeyEnded & { seq?: number }) | undefined> {
    // Counted first: with the key gone, none of them is alive any more.
    const tokens = await tokensOfKey(tx, kid);
    const revoked = await this.keys.revoke(tx, kid, by);
    if (!revoked?.revoked) return revoked && { ended: false, signed: 0, exchanged: 0 };
    const seq = await this.writer.endKey(tx, kid, tokens, by);
    return { ended: true, ...tokens, seq, ...(revoked.successor && { successor: revoked.successor }) };
  }

  /** Another key signs here from now on. */
  async committed(): Promise<void> {
    await this.keys.refresh();
  }
}
