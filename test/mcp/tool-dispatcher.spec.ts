import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { z } from 'zod';
import type { VerifiedToken } from '../../src/oauth/index.js';
import type { RunningCalls } from '../../src/mcp/running-calls.js';
import type { Asked, Outcomes, ToolAudit } from '../../src/mcp/tool-audit.js';
import { prepare, type RegisteredTool } from '../../src/mcp/tool-declaration.js';
import type { ToolCall } from '../../src/mcp/tool-dispatcher.js';
import type { ToolRegistry } from '../../src/mcp/tool-registry.js';
import { ToolError, type ToolCaller } from '../../src/mcp/tool.js';

// The room behind this door needs packages that Jest cannot load on every Node; the dispatcher needs nothing of it.
jest.unstable_mockModule('../../src/oauth/index.js', () => ({ ScopeCatalogue: class {} }));
const { ToolDispatcher } = await import('../../src/mcp/tool-dispatcher.js');
const { CallAborted } = await import('../../src/mcp/running-calls.js');

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

/** The dispatcher with one tool that does `work`, and everything it told the audit trail, in order. */
function dispatcherOf(
  work: (input: unknown, caller: ToolCaller) => unknown,
  scopes = ['notes:write'],
  timeoutMs = 5_000,
) {
  const happened: string[] = [];
  const tool: RegisteredTool = prepare({
    where: 'Test.tool',
    scopes,
    options: {
      name: 'tool',
      title: 'T',
      description: 'd',
      input: z.strictObject({}),
      annotations: {},
      timeoutMs,
    },
    invoke: (input, caller) => {
      happened.push('ran');
      return work(input, caller);
    },
  });
  const registry = {
    find: (name: unknown) => (name === 'tool' ? tool : undefined),
    missingScopes: ({ scopes: required }: RegisteredTool, granted: readonly string[]) =>
      required.filter((scope) => !granted.includes(scope)),
  } as unknown as ToolRegistry;
  const audit = {
    decision: async ({ tool: found, missing }: Asked) => {
      await Promise.resolve();
      happened.push(found && missing.length === 0 ? 'allowed' : 'denied');
      return 'decision-1';
    },
    outcome: async (_tool: RegisteredTool, _token: VerifiedToken, { outcome, decisionId }: Outcomes) => {
      await Promise.resolve();
      happened.push([outcome.result, outcome.reason, decisionId].filter(Boolean).join(' '));
    },
  } as unknown as ToolAudit;
  const running = { track: <T>(call: Promise<T>) => call } as unknown as RunningCalls;
  return { dispatcher: new ToolDispatcher(registry, audit, running), happened };
}

const call = (over: Partial<ToolCall> = {}): ToolCall => ({
  name: 'tool',
  args: {},
  token,
  ended: new AbortController().signal,
  abandoned: new AbortController().signal,
  progress: () => undefined,
  ...over,
});

describe('ToolDispatcher', () => {
  it('runs a tool only after its decision is recorded, and records the outcome after', async () => {
    const { dispatcher, happened } = dispatcherOf(() => 'done');
    await expect(dispatcher.call(call())).resolves.toMatchObject({ content: [{ text: 'done' }] });
    expect(happened).toEqual(['allowed', 'ran', 'allowed decision-1']);
  });

  it('denies a caller without the scope, whatever path the call came by', async () => {
    const { dispatcher, happened } = dispatcherOf(() => 'done', ['notes:write', 'notes:delete']);
    await expect(dispatcher.call(call())).rejects.toMatchObject({
      code: -32000,
      data: { decision_id: 'decision-1' },
    });
    expect(happened).toEqual(['denied']);
  });

  it('does not run anything when the decision cannot be recorded', async () => {
    const work = jest.fn(() => 'done');
    const { dispatcher } = dispatcherOf(work);
    const audit = (dispatcher as unknown as { audit: { decision: () => Promise<string> } }).audit;
    audit.decision = () => Promise.reject(new Error('away'));
    await expect(dispatcher.call(call())).rejects.toThrow('away');
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
    const { dispatcher, happened } = dispatcherOf(work);
    const result = await dispatcher.call(call());
    expect(result).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'The tool failed. Reference: none' }],
    });
    expect(happened.at(-1)).toMatch(/^error (tool_failed|invalid_result) decision-1$/);
  });

  it('passes on the message a tool means for the caller', async () => {
    const { dispatcher, happened } = dispatcherOf(() => {
      throw new ToolError('No such note');
    });
    await expect(dispatcher.call(call())).resolves.toMatchObject({
      isError: true,
      content: [{ text: 'No such note' }],
    });
    expect(happened.at(-1)).toBe('error tool_error decision-1');
  });

  it('refuses a result over 1 MiB', async () => {
    const { dispatcher, happened } = dispatcherOf(() => 'x'.repeat(2 * 1024 * 1024));
    const result = await dispatcher.call(call());
    expect(JSON.stringify(result).length).toBeLessThan(200);
    expect(happened.at(-1)).toBe('error result_too_large decision-1');
  });

  it('checks arguments after the decision, and does not run the tool with wrong ones', async () => {
    const { dispatcher, happened } = dispatcherOf(() => 'done');
    await expect(dispatcher.call(call({ args: { extra: 1 } }))).resolves.toMatchObject({ isError: true });
    expect(happened).toEqual(['allowed', 'error invalid_arguments decision-1']);
  });

  it('does not wait for a tool that does not heed its time limit, and tells the tool', async () => {
    let told: AbortSignal | undefined;
    const deaf = (_input: unknown, caller: ToolCaller) => {
      told = caller.signal;
      return new Promise(() => undefined);
    };
    const { dispatcher, happened } = dispatcherOf(deaf, ['notes:write'], 50);
    await expect(dispatcher.call(call())).resolves.toMatchObject({ isError: true });
    expect(told?.aborted).toBe(true);
    expect(happened.at(-1)).toBe('aborted timed_out decision-1');
  });

  it('ends with the authorization, also when that ended before the tool was started', async () => {
    const ended = new AbortController();
    ended.abort(new CallAborted('aborted_by_revocation'));
    const { dispatcher, happened } = dispatcherOf(() => 'done');
    await expect(dispatcher.call(call({ ended: ended.signal }))).rejects.toMatchObject({ code: -32000 });
    expect(happened).toEqual(['allowed', 'aborted aborted_by_revocation decision-1']);
  });

  it('gives the tool who calls, and not the token', async () => {
    const seen: ToolCaller[] = [];
    const { dispatcher } = dispatcherOf((_input, caller) => seen.push(caller));
    await dispatcher.call(call());
    expect(seen[0]).toMatchObject({
      userId: 'u',
      clientId: 'c',
      grantId: 'g',
      scopes: ['notes:write'],
      subject: 'u',
    });
    expect(Object.keys(seen[0] ?? {})).not.toEqual(expect.arrayContaining(['jti', 'token']));
  });
});
