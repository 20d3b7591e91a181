import { createHash } from 'node:crypto';
import {
  inputRequired,
  ProtocolError,
  type ClientCapabilities,
  type InputRequiredResult,
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

/** One call that may ask: its conversation, and what to answer when it does. */
export interface Talk {
  readonly conversation: Conversation;
  readonly inputRequired: (needed: InputNeeded) => InputRequiredResult;
}

export interface Talking {
  readonly method: string;
  /** What the client can be asked. */
  readonly capabilities: ClientCapabilities | undefined;
  /** Of the round before. */
  readonly requestState?: string | undefined;
  readonly inputResponses?: Answers | undefined;
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
  open(talking: Talking): Talk {
    const { requestState, inputResponses, capabilities } = talking;
    const before = requestState === undefined ? {} : this.unseal(requestState, purposeOf(talking));
    const conversation = new Conversation({ ...before, ...inputResponses }, capabilities);
    return {
      conversation,
      inputRequired: ({ requests }) =>
        inputRequired({
          inputRequests: requests,
          requestState: this.seal(conversation.used, purposeOf(talking)),
        }),
    };
  }

  private seal(answers: Answers, purpose: string): string {
    const text = JSON.stringify({ answers, exp: Math.floor(Date.now() / 1_000) + PATIENCE_S });
    return this.sealer.seal(purpose, text).toString('base64url');
  }

  private unseal(state: string, purpose: string): Answers {
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

function purposeOf({ method, token, name, args }: Talking): string {
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
