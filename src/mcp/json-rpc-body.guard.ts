import { isJsonContentType } from '@modelcontextprotocol/server';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { identify } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { acceptsBoth } from './accepts.js';
import { isMessage, parseBody } from './json-rpc-message.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';
import type { McpRequest } from './mcp-request.js';
import { checkProtocolVersion } from './protocol-version.js';
import { readBody } from './read-body.js';
import { claimedTrace } from './trace-context.js';

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** Reads the body of an authenticated request, and lets exactly one well-formed JSON-RPC message through. */
@Injectable()
export class JsonRpcBodyGuard implements CanActivate {
  constructor(private readonly config: AppConfig) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const req = execution.switchToHttp().getRequest<McpRequest>();
    if (req.method !== 'POST') return true;
    checkMediaTypes(req);
    const bytes = await readBody(req, this.config.limits.mcpBody);
    const inSession =
      this.config.policies.mcpSessions === 'stateful' && req.headers['mcp-session-id'] !== undefined;
    req.posted = parseBody(bytes, { answers: inSession });
    if (!isMessage(req.posted)) return true;
    req.message = req.posted;
    const claimed = claimedTrace(req.message);
    if (claimed) identify({ claimed });
    checkProtocolVersion(singleHeader(req.headers['mcp-protocol-version']), req.message);
    return true;
  }
}

function checkMediaTypes(req: McpRequest): void {
  const { 'content-type': type, 'content-encoding': encoding, accept } = req.headers;
  if (!isJsonContentType(type ?? null))
    throw refused(415, 'content_type_not_json', 'Content-Type must be application/json');
  const charset = CHARSET.exec(type ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw refused(415, 'charset_not_utf8', 'The body must be UTF-8');
  }
  // A compressed body would be bounded only after it has been inflated.
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    throw refused(415, 'content_encoding', 'The body must not be compressed');
  }
  if (!acceptsBoth(accept)) {
    throw refused(406, 'not_acceptable', 'Accept must allow both application/json and text/event-stream');
  }
  req.headers.accept = 'application/json, text/event-stream';
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function refused(status: number, reason: string, message: string): McpRefusal {
  return new McpRefusal({ status, code: RpcCode.Refused, reason, message, id: null });
}
