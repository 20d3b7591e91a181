import { describe, expect, it } from '@jest/globals';
import { isDatabaseUnavailable } from './database-unavailable.js';

const withCode = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

describe('an error of the database', () => {
  it.each([
    ['08006', 'connection failure'],
    ['57P01', 'admin shutdown'],
    ['57P03', 'cannot connect now'],
    ['57014', 'statement timeout'],
    ['53300', 'too many connections'],
    ['55P03', 'lock timeout'],
    ['25006', 'read-only after a failover'],
    ['ECONNREFUSED', 'nobody listens'],
    ['ECONNRESET', 'connection lost'],
  ])('means that it is away: %s, %s', (code) => {
    expect(isDatabaseUnavailable(withCode(code))).toBe(true);
  });

  it.each([
    ['23505', 'unique violation'],
    ['23503', 'foreign key violation'],
    ['40001', 'serialization failure'],
    ['40P01', 'deadlock'],
    ['42601', 'syntax error'],
    ['42P01', 'undefined table'],
    ['22P02', 'invalid text representation'],
    ['57000', 'operator intervention of another kind'],
  ])('means that the statement is wrong or must be tried again: %s, %s', (code) => {
    expect(isDatabaseUnavailable(withCode(code))).toBe(false);
  });

  it.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Query read timeout',
  ])('means that it is away by its words alone: %s', (message) => {
    expect(isDatabaseUnavailable(new Error(message))).toBe(true);
  });

  it('is recognised through the wrappers of the libraries between', () => {
    const inner = withCode('57P01');
    const wrapped = Object.assign(new Error('QueryFailedError'), { driverError: inner });
    expect(isDatabaseUnavailable(new Error('outer', { cause: wrapped }))).toBe(true);
    expect(isDatabaseUnavailable(new AggregateError([withCode('ECONNREFUSED')]))).toBe(true);
  });

  it('does not follow a cause that points at itself for ever', () => {
    const error = new Error('itself');
    error.cause = error;
    expect(isDatabaseUnavailable(error)).toBe(false);
  });

  it.each([undefined, null, 'Connection terminated', 42, {}])('is not %p', (value) => {
    expect(isDatabaseUnavailable(value)).toBe(false);
  });

  it('is not any error that only mentions a connection', () => {
    expect(isDatabaseUnavailable(new Error('The user said: Connection terminated'))).toBe(false);
  });
});
