import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from './config/index.js';
import { loggerOptions } from './logging.js';

const { pinoHttp } = loggerOptions({ logLevel: 'info' } as AppConfig);
const { err } = (pinoHttp as { serializers: { err: (given: unknown) => object } }).serializers;

describe('An error in the log', () => {
  it('has its causes, and neither the statements nor the parameters of any of them', () => {
    const cause = Object.assign(new Error('duplicate key'), {
      ...{
        code: '23505',
        query: 'INSERT INTO notes',
        parameters: ['hunter2'],
        detail: 'Key (title)=(hunter2)',
      },
    });
    const told = err(Object.assign(new Error('not kept', { cause }), { parameters: ['hunter2'] }));
    expect(told).toMatchObject({ message: 'not kept', cause: { message: 'duplicate key', code: '23505' } });
    expect(JSON.stringify(told)).not.toMatch(/hunter2|INSERT/);
  });

  it('may be its own cause', () => {
    const error = new Error('again');
    error.cause = error;
    expect(err(error)).toMatchObject({ cause: { cause: { cause: { message: 'again' } } } });
  });
});
