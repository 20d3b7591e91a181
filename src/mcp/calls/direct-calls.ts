import { randomUUID } from 'node:crypto';
import {
  ProtocolError,
  type CallToolResult,
  type ClientCapabilities,
  type InputRequests,
} from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import { withOwnContext } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { Bearers, type VerifiedToken } from '../../oauth/index.js';
import { McpRegistry } from '../items/mcp-registry.js';
import type { RegisteredTool } from '../items/tool-item.js';
import { bearerOf } from '../policy/bearer.js';
import { Conversation, type Answers } from './conversation.js';
import { Dispatcher } from './dispatcher.js';
import type { Serving } from './serving.js';
import type { ArgumentSchema } from './shown-arguments.js';
import { TOOLS } from './tool-result.js';

/** For whom a call is made that no access token came with. */
export interface DirectCaller {
  /** Absent when a client acts for itself. */
  readonly userId?: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** How the person signed in, for tools that ask for it; without it just now, at no level. */
  readonly signIn?: { readonly acr?: string; readonly secondsAgo?: number };
  /** What the person or the model says to what the tool asks, by the key of each question. */
  readonly answers?: Answers;
}

export type RefusedBecause =
  | 'unknown_tool'
  | 'insufficient_scope'
  | 'insufficient_role'
  | 'insufficient_user_authentication'
  | 'disabled_by_policy'
  | 'refused_by_guard'
  | 'throttled'
  | 'ended';

/** The call was not allowed, or not allowed to go on. What the tool itself says is wrong is a result. */
export class ToolRefused extends Error {
  override readonly name = 'ToolRefused';

  constructor(
    readonly because: RefusedBecause,
    message: string,
    /** Scopes that the caller lacks. */
    readonly missing: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The tool asks something that `answers` does not answer. */
export class UnansweredQuestions extends Error {
  override readonly name = 'UnansweredQuestions';

  constructor(readonly requests: InputRequests) {
    super(`The tool asks ${Object.keys(requests).join(', ')}`);
  }
}

const ASKS_EVERYTHING: ClientCapabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const LIFETIME_S = 60;

/** As for clients over MCP, but that a refusal is thrown. */
const DIRECT: Serving<RegisteredTool, CallToolResult> = {
  ...TOOLS,
  failed: (text, outcome) => {
    if (outcome?.result === 'denied') throw new ToolRefused('refused_by_guard', text);
    if (outcome?.result === 'throttled') throw new ToolRefused('throttled', text);
    return TOOLS.failed(text);
  },
  unknown: (name) => new ToolRefused('unknown_tool', `There is no tool "${name}"`),
};

/**
 * Calls tools from inside the process, by the dispatcher like every other call: decided by scopes, recorded before and
 * after, through guards, pipes and interceptors. Nobody is authenticated here: the caller is who it is said to be.
 */
@Injectable()
export class DirectCalls {
  constructor(
    private readonly config: AppConfig,
    private readonly registry: McpRegistry,
    private readonly dispatcher: Dispatcher,
    private readonly bearers: Bearers,
  ) {}

  /** @throws ToolRefused when the call is not allowed @throws UnansweredQuestions when the tool asks more */
  async call(name: string, args: unknown, caller: DirectCaller): Promise<CallToolResult> {
    const item = this.registry.tool(name);
    const ask = ({ requests }: { readonly requests: InputRequests }): never => {
      throw new UnansweredQuestions(requests);
    };
    try {
      const answer = await withOwnContext(`tools/${name}`, () =>
        this.dispatcher.call(DIRECT, {
          ...(item && { item, schema: item.listing.inputSchema as ArgumentSchema }),
          requested: name,
          args,
          ...bearerOf(this.tokenOf(caller), (userId) => this.bearers.person(userId)),
          endings: [],
          progress: () => undefined,
          log: () => undefined,
          talk: {
            conversation: new Conversation(caller.answers ?? {}, ASKS_EVERYTHING),
            inputRequired: ask,
          },
        }),
      );
      // `ask` throws, so that this is never a question.
      return answer as CallToolResult;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw refusedAs(error, caller);
    }
  }

  private tokenOf({ userId, clientId, scopes, signIn = {} }: DirectCaller): VerifiedToken {
    const issuedAt = Math.floor(Date.now() / 1_000);
    return {
      jti: randomUUID(),
      kid: '',
      subject: userId ?? clientId,
      ...(userId !== undefined && { userId, authTime: issuedAt - (signIn.secondsAgo ?? 0) }),
      ...(signIn.acr !== undefined && { acr: signIn.acr }),
      clientId,
      scopes,
      resource: this.config.mcpResource,
      issuedAt,
      expiresAt: issuedAt + LIFETIME_S,
      rev: 0,
    };
  }
}

interface RefusalData {
  readonly reason?: RefusedBecause | 'quota_exceeded';
  readonly required_scopes?: readonly string[];
}

/** What the dispatcher tells clients, for a caller in the same process. */
function refusedAs(error: ProtocolError, { scopes }: DirectCaller): ToolRefused {
  const { reason, required_scopes: required } = (error.data ?? {}) as RefusalData;
  const missing = required?.filter((scope) => !scopes.includes(scope)) ?? [];
  const because = required ? 'insufficient_scope' : reason === 'quota_exceeded' ? 'throttled' : reason;
  return new ToolRefused(because ?? 'ended', error.message, missing, { cause: error });
}
