import { describe, expect, it, jest } from '@jest/globals';
import {
  BadRequestException,
  ForbiddenException,
  InternalServerErrorException,
  Logger,
} from '@nestjs/common';
import { z } from 'zod';
import type { VerifiedToken } from '../../src/oauth/index.js';
import { ToolError, type ToolCaller } from '../../src/mcp/authoring/caller.js';
import { Attempt } from '../../src/mcp/calls/attempt.js';
import type { Asked, CallAudit, Outcomes } from '../../src/mcp/calls/call-audit.js';
import type { Talk } from '../../src/mcp/calls/conversations.js';
import type { ItemCall } from '../../src/mcp/calls/dispatcher.js';
import type { RunningCalls } from '../../src/mcp/calls/running-calls.js';
import { TOOLS } from '../../src/mcp/calls/tool-result.js';
import { toolOf, type RegisteredTool } from '../../src/mcp/items/tool-item.js';
import { decide } from '../../src/mcp/policy/decide.js';
import type { Decider } from '../../src/mcp/policy/decider.js';
import type { Quota } from '../../src/mcp/policy/rules.js';
import { strictest } from '../../src/mcp/policy/strictest.js';

// The room behind this door needs packages that Jest cannot load on every Node; the dispatcher needs nothing of it.
jest.unstable_mockModule('../../src/oauth/index.js', () => ({
  Bearers: class {},
  ScopeCatalogue: class {},
}));
jest.unstable_mockModule('../../src/throttling/index.js', () => ({ RateLimiter: class {} }));
const { Dispatcher } = await import('../../src/mcp/calls/dispatcher.js');
const { CallAborted } = await import('../../src/mcp/calls/running-calls.js');
const { Ending } = await import('../../src/mcp/calls/ending.js');
const { InputNeeded } = await import('../../src/mcp/authoring/elicitation.js');

Logger.overrideLogger(false);

const token: VerifiedToken = {
  jti: 'j',
  kid: 'k',
  subject: 'u',
  userId: 'u',
  clientId: 'c',
  grantId: 'g',
  scopes: ['notes:write'],
  resource: 'r',
  issuedAt: 1,
  expiresAt: 2,
  rev: 0,
};

interface Setting {
  timeoutMs?: number;
  quotas?: Quota[];
  usedUp?: Record<string, number>;
}

/** The dispatcher with one tool that does `work`, and everything it told the audit trail, in order. */
function dispatcherOf(
  work: (input: unknown, caller: ToolCaller) => unknown,
  scopes = ['notes:write'],
  { timeoutMs = 5_000, quotas = [], usedUp = {} }: Setting = {},
) {
  const happened: string[] = [];
  const invoke = (input: unknown, caller: ToolCaller) => {
    happened.push('ran');
    return work(input, caller);
  };
  const tool: RegisteredTool = toolOf(
    { where: 'Test.tool', policy: { scopes, quotas }, invoke },
    {
      name: 'tool',
      title: 'T',
      description: 'd',
      input: z.strictObject({}),
      annotations: {},
      timeoutMs,
    },
  );
  const decider = {
    rule: (found: RegisteredTool, { token: { scopes: granted } }: Pick<typeof CALL, 'token'>) => {
      const policy = strictest(found, []);
      const context = { scopes: granted, roles: [], acrs: [], usedUp };
      return Promise.resolve({ policy, context, granted, decision: decide(context, policy) });
    },
  } as unknown as Decider;
  const audit = {
    decision: async ({ ruling }: Asked) => {
      await Promise.resolve();
      happened.push(ruling?.decision.result ?? 'denied');
      return 'decision-1';
    },
    outcome: async (_asked: Asked, { outcome, decisionId }: Outcomes) => {
      await Promise.resolve();
      happened.push([outcome.result, outcome.reason, decisionId].filter(Boolean).join(' '));
    },
  } as unknown as CallAudit;
  const running = { track: <T>(call: Promise<T>) => call } as unknown as RunningCalls;
  const dispatcher = new Dispatcher(decider, audit, running, new Attempt());
  const call = (over: Partial<ItemCall<RegisteredTool>> = {}) =>
    dispatcher.call(TOOLS, { ...CALL, item: tool, ...over });
  return { call, audit, happened };
}

const CALL: ItemCall<RegisteredTool> = {
  requested: 'tool',
  args: {},
  token,
  person: () => Promise.resolve(undefined),
  endings: [],
  progress: () => undefined,
  log: () => undefined,
  talk: {
    inputRequired: ({ requests }: { requests: object }) => ({ asked: Object.keys(requests) }),
  } as unknown as Talk,
};

describe('Dispatcher', () => {
  it('runs a tool only after its decision is recorded, and records the outcome after', async () => {
    const { call, happened } = dispatcherOf(() => 'done');
    await expect(call()).resolves.toMatchObject({ content: [{ text: 'done' }] });
    expect(happened).toEqual(['allowed', 'ran', 'allowed decision-1']);
  });

  it('denies a caller without the scope, whatever path the call came by', async () => {
    const { call, happened } = dispatcherOf(() => 'done', ['notes:write', 'notes:delete']);
    await expect(call()).rejects.toMatchObject({
      code: -32000,
      data: { decision_id: 'decision-1' },
    });
    expect(happened).toEqual(['denied']);
  });

  it('throttles a caller whose quota is used up, says when to come again, and does not run', async () => {
    const { call, happened } = dispatcherOf(() => 'done', undefined, {
      quotas: [{ calls: 1, per: 60, by: 'user' }],
      usedUp: { 'tool tool 1 in 60 by user': 12 },
    });
    await expect(call()).rejects.toMatchObject({
      code: -32000,
      data: { decision_id: 'decision-1', reason: 'quota_exceeded', retry_after: 12 },
    });
    expect(happened).toEqual(['throttled']);
  });

  it('does not run anything when the decision cannot be recorded', async () => {
    const work = jest.fn(() => 'done');
    const { call, audit } = dispatcherOf(work);
    audit.decision = () => Promise.reject(new Error('away'));
    await expect(call()).rejects.toThrow('away');
    expect(work).not.toHaveBeenCalled();
  });

  it.each([
    [
      'an error',
      () => {
        throw new Error('SELECT secret FROM vault');
      },
    ],
    ['a rejected promise', () => Promise.reject(new Error('/etc/passwd'))],
    [
      'something that is no error',
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- tools of others may throw anything
        throw { sql: 'SELECT 1' };
      },
    ],
    [
      'a circular value',
      () => {
        const value: Record<string, unknown> = {};
        value['self'] = value;
        return value;
      },
    ],
    ['a bigint', () => ({ big: 1n })],
    [
      'an error that looks like one of the protocol',
      () => {
        throw Object.assign(new Error('inside'), { code: -32602, data: 'inside' });
      },
    ],
  ])('tells the caller nothing but a reference after %s', async (_, work) => {
    const { call, happened } = dispatcherOf(work);
    const result = await call();
    expect(result).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'The tool failed. Reference: none' }],
    });
    expect(happened.at(-1)).toMatch(/^error (tool_failed|invalid_result) decision-1$/);
  });

  it('leaves it to the log what of an error is written', async () => {
    const thrown = Object.assign(new Error('failed'), { parameters: ['hunter2'] });
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const { call } = dispatcherOf(() => Promise.reject(thrown));
    await call();
    expect(logged.mock.calls).toEqual([
      [{ tool: 'tool', correlationId: undefined, err: thrown }, 'a tool failed'],
    ]);
    logged.mockRestore();
  });

  it('passes on the message a tool means for the caller', async () => {
    const { call, happened } = dispatcherOf(() => {
      throw new ToolError('No such note');
    });
    await expect(call()).resolves.toMatchObject({
      isError: true,
      content: [{ text: 'No such note' }],
    });
    expect(happened.at(-1)).toBe('error tool_error decision-1');
  });

  it('refuses a result over 1 MiB', async () => {
    const { call, happened } = dispatcherOf(() => 'x'.repeat(2 * 1024 * 1024));
    const result = await call();
    expect(JSON.stringify(result).length).toBeLessThan(200);
    expect(happened.at(-1)).toBe('error result_too_large decision-1');
  });

  it('checks arguments after the decision, and does not run the tool with wrong ones', async () => {
    const { call, happened } = dispatcherOf(() => 'done');
    await expect(call({ args: { extra: 1 } })).resolves.toMatchObject({ isError: true });
    expect(happened).toEqual(['allowed', 'error invalid_arguments decision-1']);
  });

  it('does not wait for a tool that does not heed its time limit, and tells the tool', async () => {
    let told: AbortSignal | undefined;
    const deaf = (_input: unknown, caller: ToolCaller) => {
      told = caller.signal;
      return new Promise(() => undefined);
    };
    const { call, happened } = dispatcherOf(deaf, ['notes:write'], { timeoutMs: 50 });
    await expect(call()).resolves.toMatchObject({ isError: true });
    expect(told?.aborted).toBe(true);
    expect(happened.at(-1)).toBe('aborted timed_out decision-1');
  });

  it('ends with the authorization, also when that ended before the tool was started', async () => {
    const ended = new Ending();
    ended.end(new CallAborted('aborted_by_revocation'));
    const { call, happened } = dispatcherOf(() => 'done');
    await expect(call({ endings: [ended] })).rejects.toMatchObject({ code: -32000 });
    expect(happened).toEqual(['allowed', 'aborted aborted_by_revocation decision-1']);
  });

  it('gives the tool who calls, and not the token', async () => {
    const seen: ToolCaller[] = [];
    const { call } = dispatcherOf((_input, caller) => seen.push(caller));
    await call();
    expect(seen[0]).toMatchObject({
      userId: 'u',
      clientId: 'c',
      grantId: 'g',
      scopes: ['notes:write'],
      subject: 'u',
    });
    expect(Object.keys(seen[0] ?? {})).not.toEqual(expect.arrayContaining(['jti', 'token']));
  });

  it('ends a run that asks, and records that it asked', async () => {
    const { call, happened } = dispatcherOf(() => {
      throw new InputNeeded({ name: { method: 'roots/list' } });
    });
    await expect(call()).resolves.toEqual({ asked: ['name'] });
    expect(happened).toEqual(['allowed', 'ran', 'allowed input_required decision-1']);
  });

  it.each([
    [new ForbiddenException('Not on Sundays'), 'Not on Sundays', 'denied refused_by_guard'],
    [new BadRequestException('No such colour'), 'No such colour', 'error invalid_arguments'],
    [new InternalServerErrorException('at db.ts:5'), 'The tool failed. Reference: none', 'error tool_failed'],
  ])('answers what guards and pipes of Nest throw: %s', async (thrown, text, outcome) => {
    const { call, happened } = dispatcherOf(() => {
      throw thrown;
    });
    await expect(call()).resolves.toEqual({ isError: true, content: [{ type: 'text', text }] });
    expect(happened.at(-1)).toBe(`${outcome} decision-1`);
  });
});
