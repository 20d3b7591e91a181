import { createHash } from 'node:crypto';
import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  ProtocolError,
  type ClientCapabilities,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import { canonical } from '../../audit/index.js';
import type { VerifiedToken } from '../../oauth/index.js';
import { Sealer } from '../../sealing/index.js';
import type { InputNeeded } from '../authoring/elicitation.js';
import { RpcCode } from '../mcp-refusal.js';
import { Conversation, type Answers } from './conversation.js';

/** How long a person may take for an answer, in seconds. */
const PATIENCE_S = 600;

type Envelope = Readonly<Record<string, ClientCapabilities | undefined>>;

/** One call that may ask: its conversation, and what to answer when it does. */
export interface Talk {
  readonly conversation: Conversation;
  readonly inputRequired: (needed: InputNeeded) => InputRequiredResult;
}

export interface Talking {
  readonly context: ServerContext['mcpReq'];
  /** Of a 2025 session; later revisions say it with each request. */
  readonly capabilities: ClientCapabilities | undefined;
  readonly token: VerifiedToken;
  readonly name: string;
  readonly args: unknown;
}

/**
 * Keeps the answers of earlier rounds with the client, sealed, because nothing is kept here between two requests: good
 * for the same call by the same person through the same client, for a while (MCP 2026-07-28, multi-round-trip).
 */
@Injectable()
export class Conversations {
  constructor(private readonly sealer: Sealer) {}

  /** @throws ProtocolError for a state that is not of this call, too old or changed */
  open({ context, capabilities, token, name, args }: Talking): Talk {
    const purpose = purposeOf(context.method, token, name, args);
    const declared =
      (context.envelope as Envelope | undefined)?.[CLIENT_CAPABILITIES_META_KEY] ?? capabilities;
    const answers = { ...this.unseal(context.requestState<string>(), purpose), ...context.inputResponses };
    const conversation = new Conversation(answers, declared);
    return {
      conversation,
      inputRequired: ({ requests }) =>
        inputRequired({ inputRequests: requests, requestState: this.seal(conversation.used, purpose) }),
    };
  }

  private seal(answers: Answers, purpose: string): string {
    const text = JSON.stringify({ answers, exp: Math.floor(Date.now() / 1_000) + PATIENCE_S });
    return this.sealer.seal(purpose, text).toString('base64url');
  }

  private unseal(state: string | undefined, purpose: string): Answers {
    if (state === undefined) return {};
    try {
      const plain = this.sealer.open(purpose, Buffer.from(state, 'base64url')).toString('utf8');
      const { answers, exp } = JSON.parse(plain) as { answers: Answers; exp: number };
      if (exp > Date.now() / 1_000) return answers;
    } catch {
      // Told below, like one that is too old: why is nobody's business.
    }
    throw new ProtocolError(RpcCode.InvalidParams, 'Invalid or expired requestState', {
      reason: 'invalid_request_state',
    });
  }
}

function purposeOf(method: string, token: VerifiedToken, name: string, args: unknown): string {
  const call = canonical([
    method,
    token.subject,
    token.clientId,
    token.grantId ?? (token.apiKey ? token.jti : null),
    name,
    args ?? null,
  ]);
  return `mcp request state ${createHash('sha256').update(call).digest('base64url')}`;
}
