import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig, isLoopbackUrl } from '../config/index.js';
import { McpRefusal, RpcCode } from './mcp-refusal.js';

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const ALLOWED_HEADERS =
  'authorization, x-api-key, dpop, content-type, accept, mcp-protocol-version, mcp-method, mcp-name, mcp-session-id, last-event-id';
const EXPOSED_HEADERS =
  'WWW-Authenticate, DPoP-Nonce, Mcp-Session-Id, MCP-Protocol-Version, Retry-After, X-Decision-Id';
const PARAMETER_HEADER = /^mcp-param-[a-z0-9-]{1,64}$/;

/**
 * Keeps web pages out that do not belong here, DNS rebinding included: the Host must be ours and an Origin, if there is
 * one, ours or listed. The same list answers CORS, so that its headers are on refusals too.
 */
@Injectable()
export class OriginGuard implements CanActivate {
  private readonly origins: ReadonlySet<string>;
  private readonly publicUrl: URL;
  private readonly loopback: boolean;

  constructor(config: AppConfig) {
    this.publicUrl = new URL(config.publicUrl);
    this.loopback = isLoopbackUrl(config.publicUrl);
    this.origins = new Set([
      config.origin,
      ...config.policies.corsOrigins.map((origin) => new URL(origin).origin),
    ]);
  }

  canActivate(execution: ExecutionContext): boolean {
    const req = execution.switchToHttp().getRequest<Request>();
    const res = execution.switchToHttp().getResponse<Response>();
    if (!this.ownHost(req)) throw refused('host_not_allowed', 'This host is not served here');
    res.vary('Origin');
    const { origin } = req.headers;
    if (origin === undefined) return true;
    if (!this.origins.has(origin)) throw refused('origin_not_allowed', 'This origin is not allowed');
    res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED_HEADERS });
    return true;
  }

  private ownHost(req: Request): boolean {
    const host = req.headers.host?.toLowerCase() ?? '';
    if (!HOST.test(host)) return false;
    if (withoutDefaultPort(host, this.publicUrl.protocol) === this.publicUrl.host) return true;
    const port = req.socket.localPort;
    return (
      this.loopback &&
      LOOPBACK_NAMES.some(
        (name) => withoutDefaultPort(`${name}:${port}`, 'http:') === withoutDefaultPort(host, 'http:'),
      )
    );
  }
}

/** The headers of the answer to a preflight, beside those the guard sets. */
export function preflightHeaders(requested: string | undefined): Record<string, string> {
  const parameters = (requested ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => PARAMETER_HEADER.test(name));
  return {
    Allow: 'POST, OPTIONS',
    'Access-Control-Allow-Methods': 'GET, POST, DELETE, OPTIONS',
    'Access-Control-Allow-Headers': [ALLOWED_HEADERS, ...parameters].join(', '),
    'Access-Control-Max-Age': '600',
  };
}

function withoutDefaultPort(host: string, protocol: string): string {
  return host.replace(protocol === 'https:' ? /:443$/ : /:80$/, '');
}

function refused(reason: string, message: string): McpRefusal {
  return new McpRefusal({ status: 403, code: RpcCode.Refused, reason, message, id: null });
}
