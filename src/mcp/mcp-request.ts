import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Request } from 'express';
import type { VerifiedToken } from '../oauth/index.js';
import type { JsonRpcAnswer, JsonRpcMessage } from './json-rpc-message.js';
import type { Exchange } from './calls/running-calls.js';
import type { Bearer } from './policy/bearer.js';

/** The express request as the guards of the MCP endpoint fill it in. */
export interface McpRequest extends Request {
  /** Set by the bearer guard. */
  auth?: AuthInfo;
  /** Set by the body guard: the one JSON-RPC message of the request. */
  message?: JsonRpcMessage;
  /** Set by the body guard: `message`, or the answer of a client to something it was asked in its session. */
  posted?: JsonRpcMessage | JsonRpcAnswer;
}

interface Extra {
  readonly bearer: Bearer;
  /** Set when the exchange is opened, just before the SDK serves it. */
  exchange?: Exchange;
}

/**
 * What the SDK carries from the request to the handlers. The access token itself is not passed on: nothing behind the
 * guard needs it, and what is not there cannot be forwarded to anyone.
 */
export function authInfoOf(bearer: Bearer): AuthInfo {
  const { token } = bearer;
  return {
    token: '',
    clientId: token.clientId,
    scopes: [...token.scopes],
    expiresAt: token.expiresAt,
    extra: { bearer } satisfies Extra,
  };
}

export function tokenOf(auth: AuthInfo | undefined): VerifiedToken {
  return extraOf(auth).bearer.token;
}

export function bearerOfRequest(auth: AuthInfo | undefined): Bearer {
  return extraOf(auth).bearer;
}

export function attachExchange(auth: AuthInfo | undefined, exchange: Exchange): void {
  extraOf(auth).exchange = exchange;
}

export function exchangeOf(auth: AuthInfo | undefined): Exchange {
  const { exchange } = extraOf(auth);
  if (!exchange) throw new Error('The request was not opened as an exchange');
  return exchange;
}

function extraOf(auth: AuthInfo | undefined): Extra {
  if (!auth?.extra?.['bearer']) throw new Error('The bearer guard has not run');
  return auth.extra as unknown as Extra;
}
