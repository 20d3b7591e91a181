import { randomBytes } from 'node:crypto';
import {
  isLegacyRequest,
  type McpHandlerRequestOptions,
  type ServerEvent,
} from '@modelcontextprotocol/server';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AuditLog, type AuditFact } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import type { VerifiedToken } from '../../oauth/index.js';
import { bearerFacts } from '../calls/call-audit.js';
import { tokenOf } from '../mcp-request.js';
import { McpServerFactory } from '../protocol/mcp-server.factory.js';
import { LegacySession, ownerOf } from './legacy-session.js';

const SWEEP_MS = 60_000;
/** Of one person through one client; the one that was not used for longest makes room. */
const MOST_OF_ONE = 20;
const MOST = 10_000;
/** MCP 2025-11-25: a session that is not known is 404, and the client begins a new one. */
const SESSION_NOT_FOUND = -32001;

type Why = 'by_client' | 'idle' | 'too_old' | 'displaced' | 'by_revocation' | 'shutdown';

/**
 * Sessions of the 2025 revisions, for what they do only with one: asking the person or the model during a call, and
 * telling of changes. A replica knows those that began on it, so requests must be routed by `Mcp-Session-Id`.
 */
@Injectable()
export class LegacySessions implements OnApplicationBootstrap {
  private readonly logger = new Logger('mcp');
  private readonly sessions = new Map<string, LegacySession>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly factory: McpServerFactory,
    private readonly audit: AuditLog,
  ) {}

  get enabled(): boolean {
    return this.config.policies.mcpSessions === 'stateful';
  }

  onApplicationBootstrap(): void {
    if (this.enabled) this.timer = setInterval(() => void this.sweep(), SWEEP_MS).unref();
  }

  /** What was published, for those who listen. */
  tell(event: ServerEvent): void {
    for (const session of this.sessions.values()) session.tell(event);
  }

  /** Ends sessions whose authorization has ended. Answers how many. */
  endWhere(isOver: (token: VerifiedToken) => boolean): number {
    const over = [...this.sessions.values()].filter(({ token }) => isOver(token));
    for (const session of over) void this.end(session, 'by_revocation');
    return over.length;
  }

  /** Called when no call runs in one any more. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([...this.sessions.values()].map((session) => this.end(session, 'shutdown')));
  }

  /** Whether this request is one of a session, or begins one. Requests without a session are served without. */
  async takes(request: Request, { parsedBody }: McpHandlerRequestOptions): Promise<boolean> {
    if (!this.enabled) return false;
    if (request.headers.has('mcp-session-id')) return true;
    if (request.method !== 'POST' || !(await isLegacyRequest(request, parsedBody))) return false;
    return (parsedBody as { method?: unknown } | undefined)?.method === 'initialize';
  }

  async serve(request: Request, options: McpHandlerRequestOptions): Promise<Response> {
    const token = tokenOf(options.authInfo);
    const id = request.headers.get('mcp-session-id');
    const session = id === null ? await this.open(options) : this.sessions.get(id);
    return session?.owner === ownerOf(token) ? session.serve(request, options) : notFound();
  }

  private async open({ authInfo }: McpHandlerRequestOptions): Promise<LegacySession> {
    const token = tokenOf(authInfo);
    await this.makeRoom(ownerOf(token));
    const id = randomBytes(24).toString('base64url');
    const session: LegacySession = await LegacySession.open(
      id,
      token,
      this.factory.create('session'),
      () => void this.end(session, 'by_client'),
    );
    this.sessions.set(id, session);
    await this.audit.decide({ ...bearerFacts(token), type: 'mcp.session.opened' });
    return session;
  }

  private async makeRoom(owner: string): Promise<void> {
    const own = [...this.sessions.values()].filter((session) => session.owner === owner);
    const crowded =
      own.length >= MOST_OF_ONE ? own : this.sessions.size >= MOST ? [...this.sessions.values()] : [];
    const [longest] = crowded.sort((a, b) => b.idleMs - a.idleMs);
    if (longest) await this.end(longest, 'displaced');
  }

  private async sweep(): Promise<void> {
    const { mcpSessionIdle, mcpSessionMax } = this.config.lifetimes;
    for (const session of this.sessions.values()) {
      if (session.idleMs > mcpSessionIdle * 1_000) await this.end(session, 'idle');
      else if (Date.now() - session.openedAt > mcpSessionMax * 1_000) await this.end(session, 'too_old');
    }
  }

  private async end(session: LegacySession, reason: Why): Promise<void> {
    if (!this.sessions.delete(session.id)) return;
    const fact: AuditFact = {
      ...bearerFacts(session.token),
      type: 'mcp.session.closed',
      details: { reason },
    };
    try {
      await session.close();
      await this.audit.decide(fact);
    } catch (error) {
      this.logger.error({ reason, error: String(error) }, 'the end of a session could not be recorded');
    }
  }
}

function notFound(): Response {
  const error = { code: SESSION_NOT_FOUND, message: 'Session not found' };
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 404 });
}
