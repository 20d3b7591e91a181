import { jest } from '@jest/globals';
import { Archiving } from '../../src/audit/retention/archiving.js';
import { Detaching } from '../../src/audit/retention/detaching.js';
import { Dropping } from '../../src/audit/retention/dropping.js';
import { LegalHold } from '../../src/audit/retention/legal-hold.js';
import { PartitionList, type ListedPartition } from '../../src/audit/retention/partition-list.js';
import { RetentionClock } from '../../src/audit/retention/retention-clock.js';
import { RetentionPolicy } from '../../src/audit/retention/retention-policy.js';
import { RetentionRun } from '../../src/audit/retention/retention-run.js';
import { AuditRetentionSection } from '../../src/config/audit.section.js';
import type { AppConfig } from '../../src/config/index.js';
import type { OwnerConnection } from '../../src/database/index.js';
import { temporaryFolder } from '../support/server.js';
import type { AuditRoom } from './harness.js';

const DAY_MS = 86_400_000;
export const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);

export interface Retention {
  readonly folder: string;
  readonly clock: RetentionClock;
  /** One run, as if it were that day. */
  run(now: Date): Promise<void>;
  list(): Promise<ListedPartition[]>;
  /** The one of a class that is in a state. */
  find(retention: string, state: string): Promise<ListedPartition>;
}

/** Retention on an audit room, by the owner of its database. */
export function retentionOf(
  room: AuditRoom,
  settings: Partial<AuditRetentionSection>,
  folder = temporaryFolder(),
  { isEmbedded = false } = {},
): Retention {
  const retention = Object.assign(new AuditRetentionSection(), settings);
  const config = { publicUrl: 'http://localhost', audit: { retention, archiveFolder: folder } };
  const policy = new RetentionPolicy(config as unknown as AppConfig);
  const runs = new RetentionRun(
    policy,
    new Detaching(room.audit),
    new Archiving(config as unknown as AppConfig, room.audit, room.exports, room.signer),
    new Dropping(room.audit, room.checkpoints),
  );
  const connection = {
    ownsTheTrail: true,
    isEmbedded,
    use: (_: unknown, work: (owner: unknown) => unknown) => work(room.database),
    grant: () => Promise.resolve(),
  } as unknown as OwnerConnection;
  const hold = new LegalHold(room.audit, policy);
  const list = new PartitionList(room.database, policy, connection);
  return {
    folder,
    clock: new RetentionClock(connection, policy, hold, runs),
    run: (now) => runs.run(room.database, { now, folder, stopped: () => false }),
    list: () => list.all(),
    find: async (name, state) => {
      const found = (await list.all()).find((one) => one.retention === name && one.state === state);
      if (!found) throw new Error(`No partition of ${name} is ${state}: ${JSON.stringify(await list.all())}`);
      return found;
    },
  };
}

/** Does work as if it were another day; timers go on as they do. */
export async function onDay<T>(day: Date, work: () => Promise<T>): Promise<T> {
  jest.useFakeTimers({
    now: day,
    advanceTimers: true,
    doNotFake: [
      'setTimeout',
      'setInterval',
      'setImmediate',
      'clearTimeout',
      'clearInterval',
      'clearImmediate',
      'nextTick',
      'queueMicrotask',
      'performance',
      'hrtime',
    ],
  });
  try {
    return await work();
  } finally {
    jest.useRealTimers();
  }
}
