import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { AuditLog } from '../audit/index.js';
import type { AppConfig } from '../config/index.js';
import { Errands } from './errands.js';
import type { Errand, FinishedLetter, Letter } from './letter.js';
import { MailDeliveries, type DueLetter } from './mail-deliveries.js';
import { MailPost } from './mail-post.js';
import type { MailTransport } from './mail-transport.js';
import type { Outbox } from './outbox.js';

const CONFIG = {
  publicUrl: 'https://here.test',
  brand: { name: 'Here' },
  mail: { language: 'en' },
} as AppConfig;
const LETTER: Letter = { kind: 'reset', to: 'ann@example.com', userId: 'ann', at: 0 };
const ERRAND: Errand = { errand: 'reset', about: { userId: 'ann' }, at: 0 };
/** An attempt after which there is no other. */
const LAST = 6;

/** What came of one attempt with this letter. */
async function delivered(
  queued: Letter | Errand,
  attempts: number,
  { send = () => Promise.resolve(), finish }: { send?: () => Promise<void>; finish?: () => unknown } = {},
): Promise<{ isQueued: boolean; facts: { outcome: object; details: object; userId?: string }[] }> {
  const facts: never[] = [];
  const rows = new Set(['1']);
  const query = (_sql: string, [id]: [string]) => Promise.resolve([rows.delete(id) ? [{ id }] : [], 1]);
  const dataSource = { query, transaction: (work: (tx: object) => unknown) => work({ query }) };
  const audit = { record: (_tx: unknown, fact: never) => facts.push(fact) } as unknown as AuditLog;
  const errands = new Errands();
  if (finish) errands.register('reset', () => Promise.resolve().then(finish) as Promise<FinishedLetter>);
  const outbox = { open: () => queued } as unknown as Outbox;
  const db = dataSource as unknown as DataSource;
  const post = new MailPost(CONFIG, { send } as unknown as MailTransport, db, audit);
  await new MailDeliveries(db, outbox, errands, post).deliver({ id: '1', attempts } as DueLetter);
  return { isQueued: rows.size > 0, facts };
}

const given = (reason: string, details: object) => ({
  isQueued: false,
  facts: [expect.objectContaining({ outcome: { result: 'error', reason }, userId: 'ann', details })],
});

beforeEach(() => Logger.overrideLogger(false));

describe('a letter', () => {
  it('that left is gone from the outbox, and that is recorded', async () => {
    const done = await delivered(LETTER, 1);
    expect(done).toEqual({
      isQueued: false,
      facts: [
        expect.objectContaining({ outcome: { result: 'allowed' }, details: { kind: 'reset', attempts: 1 } }),
      ],
    });
  });

  it('that the mail server did not take is tried again, so many times', async () => {
    const send = () => Promise.reject(new Error('connect ECONNREFUSED'));
    expect(await delivered(LETTER, 1, { send })).toEqual({ isQueued: true, facts: [] });
    expect(await delivered(LETTER, LAST, { send })).toEqual(
      given('smtp_unreachable', { kind: 'reset', attempts: LAST }),
    );
  });

  it('that cannot be written is not the mail server’s fault, and is tried again so many times', async () => {
    const unknown = { ...LETTER, kind: 'of another version' } as unknown as Letter;
    expect(await delivered(unknown, 1)).toEqual({ isQueued: true, facts: [] });
    expect(await delivered(unknown, LAST)).toEqual(
      given('letter_not_written', { kind: 'of another version', attempts: LAST }),
    );
  });

  it('that cannot be finished is tried again so many times', async () => {
    const finish = () => {
      throw new Error('no link can be made');
    };
    expect(await delivered(ERRAND, 1, { finish })).toEqual({ isQueued: true, facts: [] });
    expect(await delivered(ERRAND, LAST, { finish })).toEqual(
      given('letter_not_finished', { kind: 'reset', attempts: LAST }),
    );
  });

  it('is not given up while the database is away', async () => {
    const finish = () => {
      throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    };
    await expect(delivered(ERRAND, LAST, { finish })).rejects.toThrow('away');
  });

  it('that nobody wants any more is gone without a word', async () => {
    expect(await delivered(ERRAND, 1, { finish: () => undefined })).toEqual({ isQueued: false, facts: [] });
  });
});
