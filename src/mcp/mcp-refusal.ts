import type { Json } from '../audit/index.js';

export type JsonRpcId = string | number | null;

/** JSON-RPC 2.0 §5.1 and the codes MCP adds. `Refused` is for what HTTP says better than JSON-RPC. */
export const RpcCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  InvalidParams: -32602,
  InternalError: -32603,
  Refused: -32000,
  UnsupportedProtocolVersion: -32022,
} as const;

export interface RefusalAnswer {
  readonly status: number;
  readonly code: number;
  /** For the log and the audit trail: a snake_case code of our own. */
  readonly reason: string;
  /** For the caller. */
  readonly message: string;
  /** Absent: the id of the request, as far as one was read. */
  readonly id?: JsonRpcId;
  readonly headers?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, Json>>;
}

/** A request to the MCP endpoint that is not served; answered in one place, by the filter. */
export class McpRefusal extends Error {
  constructor(
    readonly answer: RefusalAnswer,
    options?: ErrorOptions,
  ) {
    super(answer.message, options);
    this.name = 'McpRefusal';
  }
}
