import { describe, expect, it } from '@jest/globals';
import type { AuditEventBody } from '../audit-row.js';
import { CEF_FORMAT } from './cef.format.js';
import { cell, CSV_FORMAT } from './csv.format.js';
import { ocsfOf } from './ocsf.format.js';

const event = (over: Partial<AuditEventBody> = {}) => ({
  seq: 7,
  leafHash: Buffer.from('hash'),
  body: {
    event_id: '019a3cc2-9c00-7000-8000-000000000000',
    type: 'auth.login.failed',
    schema_version: 1,
    class_uid: 3002,
    activity_id: 1,
    time: '2026-11-01T00:00:00.000Z',
    severity: 'low',
    outcome: { result: 'denied', reason_code: 'bad_credentials' },
    actor: { type: 'anonymous' },
    ...over,
  } as AuditEventBody,
});

describe('a cell of CSV', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    '   @x',
    '"=1',
    `'=1`,
    '\u00a0=1',
    '\u200b=1',
    '\ufeff=cmd',
    '＝1',
    '＠x',
    '|cmd',
    '%0A=1',
    'line\n=1',
    `=HYPERLINK("http://x","y")`,
  ])('%j is no formula any more', (text) => {
    expect(cell(text)).toBe(`'${text}`);
  });

  it.each(['plain', 'a=b', 'x@example.com', '127.0.0.1', 'Mozilla/5.0 (X11)', ''])(
    '%j stays as it is',
    (text) => {
      expect(cell(text)).toBe(text);
    },
  );

  it('keeps quotes, commas and 32 kB in one cell of one line', () => {
    const display = `a "quoted", text ${'x'.repeat(32_000)}`;
    const line = CSV_FORMAT.line(event({ actor: { type: 'user', display } }));
    expect(line).toContain(`"a ""quoted"", text ${'x'.repeat(32_000)}"`);
    expect(line).not.toMatch(/[\r\n]/);
    expect(line.split('","')).toHaveLength(CSV_FORMAT.header!.split('","').length);
  });
});

describe('CEF', () => {
  it('escapes what would end a field, and stays on one line', () => {
    const line = CEF_FORMAT.line(event({ actor: { type: 'user', id: 'a|b=c\\d\ne' } }));
    expect(line).toMatch(/^CEF:0\|Gatehouse\|Gatehouse\|1\|auth\.login\.failed\|A sign-in was refused\|3\|/);
    expect(line).toContain('suid=a|b\\=c\\\\d\\ne');
    expect(line).not.toContain('\n');
  });
});

describe('OCSF', () => {
  it('has the numbers of the schema, and the event as it was', () => {
    expect(ocsfOf(event())).toMatchObject({
      class_uid: 3002,
      category_uid: 3,
      activity_id: 1,
      type_uid: 300_201,
      time: Date.UTC(2026, 10, 1),
      severity_id: 2,
      status_id: 2,
      metadata: { event_code: 'auth.login.failed', sequence: 7 },
      unmapped: { type: 'auth.login.failed' },
    });
  });
});
