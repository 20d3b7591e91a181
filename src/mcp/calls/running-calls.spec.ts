import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { VerifiedToken } from '../../oauth/index.js';
import type { RevocationLedger } from '../../revocation/index.js';
import { CallAborted, RunningCalls } from './running-calls.js';

const TOKEN = { clientId: 'client' } as VerifiedToken;
const nobodyEnds = { isEnded: () => Promise.resolve(false) } as unknown as RevocationLedger;

const response = (destroyed: boolean): ServerResponse =>
  Object.assign(new EventEmitter(), { destroyed }) as unknown as ServerResponse;

describe('an exchange', () => {
  it('of a client that is there is under way', async () => {
    const running = new RunningCalls(nobodyEnds);
    const exchange = await running.open(TOKEN, response(false));
    expect([exchange.ending.isOver, running.handles()]).toEqual([false, [TOKEN]]);
  });

  it('of a client that went away before it began is over, and is not kept', async () => {
    const running = new RunningCalls(nobodyEnds);
    const { ending } = await running.open(TOKEN, response(true));
    expect([ending.reason, running.handles()]).toEqual([new CallAborted('aborted_by_client'), []]);
  });
});
