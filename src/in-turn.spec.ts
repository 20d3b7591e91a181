import { describe, expect, it } from '@jest/globals';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { inTurn } from './in-turn.js';

/** What `next` was called with, after the names of those that ran. */
async function ran(...handlers: ((name: (text: string) => void) => RequestHandler)[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  const all = handlers.map((make) => make((text) => seen.push(text)));
  await new Promise<void>((done) => {
    inTurn(...all)({} as Request, {} as Response, (error?: unknown) => {
      seen.push(error instanceof Error ? error.message : error);
      done();
    });
  });
  return seen;
}

const passes =
  (text: string) =>
  (name: (text: string) => void): RequestHandler =>
  (_req, _res, next) => {
    name(text);
    next();
  };

describe('handlers in turn', () => {
  it('run one after another', async () => {
    expect(await ran(passes('a'), passes('b'))).toEqual(['a', 'b', undefined]);
  });

  it('stop at the first that gives or throws an error, at once or later', async () => {
    const gives = () => (_req: Request, _res: Response, next: NextFunction) => next(new Error('given'));
    const throws = () => () => {
      throw new Error('thrown');
    };
    const later = () => (_req: Request, _res: Response, next: NextFunction) => {
      setTimeout(next, 1);
    };
    expect(await ran(passes('a'), gives, passes('b'))).toEqual(['a', 'given']);
    expect(await ran(passes('a'), throws, passes('b'))).toEqual(['a', 'thrown']);
    const rejects = () => () => Promise.reject(new Error('rejected'));
    expect(await ran(later, throws, passes('b'))).toEqual(['thrown']);
    expect(await ran(passes('a'), rejects, passes('b'))).toEqual(['a', 'rejected']);
  });
});
