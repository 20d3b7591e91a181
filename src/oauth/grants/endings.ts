import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { RevocationLedger, type RevocationReceipt } from '../../revocation/index.js';
import { UsersService } from '../../users/index.js';
import type { Client } from '../clients/client.entity.js';
import { EndingWriter, type By, type EndedRows } from './ending-writer.js';

/** What ending something did. `ended` is false when there was nothing left to end. */
export interface Ended {
  readonly ended: boolean;
  readonly grants: number;
  readonly sessions: number;
  /** API keys; absent when there were none. */
  readonly apiKeys?: number;
  readonly receipt?: RevocationReceipt;
}

/**
 * Every way to end what was allowed: one transaction holds the change, its row in the ledger and its audit record;
 * the receipt comes after the commit.
 */
@Injectable()
export class Endings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: RevocationLedger,
    private readonly users: UsersService,
    private readonly writer: EndingWriter,
  ) {}

  async grant(id: string, by: By): Promise<Ended | undefined> {
    return this.run('SELECT 1 FROM grants WHERE id = $1', id, (tx) => this.writer.endGrant(tx, id, by));
  }

  /** All a person allowed at one client; the consent is forgotten too. */
  async app(userId: string, clientId: string, by: By): Promise<Ended | undefined> {
    return this.run('SELECT 1 FROM clients WHERE id = $1', clientId, (tx) =>
      this.writer.endApp(tx, userId, clientId, by),
    );
  }

  async session(id: string, by: By): Promise<Ended | undefined> {
    return this.run('SELECT 1 FROM sessions WHERE id = $1', id, (tx) => this.writer.endSession(tx, id, by));
  }

  /** Everything of a person: browsers, grants, tokens; with `disable` they cannot come back either. */
  async user(id: string, by: By, { disable = false } = {}): Promise<Ended | undefined> {
    return this.run('SELECT 1 FROM users WHERE id = $1', id, async (tx) => {
      const disabled = disable && (await this.users.setDisabled(tx, id, true, by));
      return this.writer.endUser(tx, id, by, { always: disabled });
    });
  }

  /** Lets a disabled person in again; what was ended stays ended. `undefined`: no such person. */
  async enableUser(id: string, by: By): Promise<boolean | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const found = await tx.query<unknown[]>('SELECT 1 FROM users WHERE id = $1', [id]);
      return found.length > 0 ? this.users.setDisabled(tx, id, false, by) : undefined;
    });
  }

  /** Suspends a client: it gets no more tokens, and those it has end. */
  async client(id: string, by: By): Promise<Ended | undefined> {
    return this.run('SELECT 1 FROM clients WHERE id = $1', id, (tx) => this.writer.suspendClient(tx, id, by));
  }

  /**
   * Deletes a client and all that hangs off it; what it holds is refused from now on. `check` throws when it may not be
   * removed, and sees it as nobody changes it meanwhile.
   */
  async removeClient(id: string, by: By, check?: (client: Client) => void): Promise<Ended | undefined> {
    return this.run('SELECT 1 FROM clients WHERE id = $1', id, (tx) =>
      this.writer.removeClient(tx, id, by, check),
    );
  }

  async token(jti: string, by: By): Promise<Ended | undefined> {
    return this.run('SELECT 1 FROM access_tokens WHERE jti = $1', jti, (tx) =>
      this.writer.endToken(tx, jti, by),
    );
  }

  async receipt(rows: EndedRows): Promise<Ended> {
    const { seq, ...counts } = rows;
    if (seq === undefined) return { ended: false, ...counts };
    return { ended: true, ...counts, receipt: await this.ledger.receipt(seq) };
  }

  private async run(
    exists: string,
    key: string,
    work: (tx: EntityManager) => Promise<EndedRows | undefined>,
  ): Promise<Ended | undefined> {
    // PostgreSQL text cannot hold NUL; such a key is nobody's.
    if (key.includes('\0')) return undefined;
    const rows = await this.dataSource.transaction(async (tx) => {
      const found = await tx.query<unknown[]>(exists, [key]);
      return found.length > 0 ? work(tx) : undefined;
    });
    return rows && this.receipt(rows);
  }
}
