import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { conditionsOf, firstIdAt, textCondition } from './audit-conditions.js';
import { AUDIT_FILTERS, type AuditFilters } from './audit-filters.js';

const EVERY: Required<AuditFilters> = {
  type: ['token.issued'],
  type_prefix: ['key.'],
  outcome: ['denied'],
  severity_gte: 'high',
  actor: 'a',
  user_id: 'u',
  client_id: 'c',
  grant_id: 'g',
  session_id: 's',
  target: 'group:1',
  tool: 't',
  args_hmac: '1.x',
  jti: 'j',
  ip: '10.0.0.0/8',
  correlation_id: 'x',
  since: '2026-11-01',
  until: '2026-11-02T00:00:00+02:00',
  q: 'text',
};

describe('conditions of filters', () => {
  it('never have a value in their text, whatever it is', () => {
    const hostile = `'; DROP TABLE audit_events; -- $1 \\ %`;
    const filters = Object.fromEntries(
      AUDIT_FILTERS.filter((name) => name !== 'since' && name !== 'until').map((name) => [
        name,
        Array.isArray(EVERY[name]) ? [hostile] : hostile,
      ]),
    ) as AuditFilters;
    expect(conditionsOf(filters).parts.join(' ')).not.toContain('DROP');
  });

  it('number their values one after the other', () => {
    const { parts, values } = conditionsOf(EVERY, ['before']);
    const numbers = [...parts.join(' ').matchAll(/\$(\d+)/g)].map(([, at]) => Number(at));
    expect(numbers).toEqual(values.slice(1).map((_, index) => index + 2));
  });

  it('take a prefix for the types of the catalogue that begin so', () => {
    expect(conditionsOf({ type_prefix: ['key.gen', 'key.ret'] }).values).toEqual([
      ['key.generated', 'key.retired'],
    ]);
    expect(conditionsOf({ type_prefix: ['nothing%'] }).values).toEqual([[]]);
  });

  it('take a severity for itself and all that are more serious', () => {
    expect(conditionsOf({ severity_gte: 'medium' }).values).toEqual([['medium', 'high', 'critical']]);
  });

  it('take a target with a colon for an id, and for a type and an id', () => {
    expect(conditionsOf({ target: 'client:https://a.test' }).values).toEqual([
      JSON.stringify([{ id: 'client:https://a.test' }]),
      JSON.stringify([{ type: 'client', id: 'https://a.test' }]),
    ]);
  });

  it('bound the ids by the time', () => {
    const msecs = Date.UTC(2026, 10, 1);
    expect(firstIdAt(msecs).slice(0, 13)).toBe(uuidv7({ msecs }).slice(0, 13));
    expect(conditionsOf({ since: '2026-11-01' }).values).toEqual([
      new Date('2026-11-01T00:00:00Z'),
      firstIdAt(Date.UTC(2026, 10, 1)),
    ]);
  });

  it('look for a text as it is, wildcards and all', () => {
    const values: unknown[] = [];
    textCondition('50%_\\', values);
    expect(values).toEqual(['%50\\%\\_\\\\%']);
  });
});
