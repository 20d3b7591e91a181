import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog, type AuditFact } from '../../audit/index.js';
import { Outbox, type LetterKind } from '../../mail/index.js';
import type { Person } from './person.js';

/** What is told of a change. */
export interface Entry {
  readonly type: AuditFact['type'];
  /** The letter to the person; without it none is sent. */
  readonly letter?: LetterKind;
  /** What it is about, in words: the name of a passkey. */
  readonly item?: string;
  /** Where the letter goes; without it to the person’s address. */
  readonly to?: string;
  readonly actor?: AuditFact['actor'];
  readonly outcome?: AuditFact['outcome'];
  readonly details?: AuditFact['details'];
}

/** Every change to how somebody signs in is in the audit trail, and the person is written to: it may not have been them. */
@Injectable()
export class Journal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** One transaction for a change and all that is told of it. */
  together<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  async write(tx: EntityManager, person: Person, entry: Entry): Promise<void> {
    const { userId, email, name, language } = person;
    const { type, letter, item, to = email, actor, outcome, details } = entry;
    await this.audit.record(tx, {
      type,
      userId,
      actor: actor ?? { type: 'user', id: userId, display: email },
      targets: [{ type: 'user', id: userId, display: email }],
      ...(outcome && { outcome }),
      ...((item !== undefined || details) && {
        details: { ...(item !== undefined && { item }), ...details },
      }),
    });
    if (letter === undefined) return;
    await this.outbox.send(tx, {
      kind: letter,
      to,
      userId,
      ...(language && { language }),
      ...(name && { name }),
      ...(item !== undefined && { item }),
    });
  }
}
