import { Injectable, Logger } from '@nestjs/common';
import { AuditLog, cleanText, type AuditFact, type Outcome } from '../audit/index.js';
import type { VerifiedToken } from '../oauth/index.js';
import { sealedArguments } from './sealed-arguments.js';
import { shownArguments, type ArgumentSchema } from './shown-arguments.js';
import type { RegisteredTool } from './tool-declaration.js';

export interface Asked {
  /** Absent when no tool of the name exists. */
  readonly tool?: RegisteredTool;
  /** The name as it was asked for. */
  readonly requested: string;
  readonly args: unknown;
  readonly token: VerifiedToken;
  readonly missing: readonly string[];
}

export interface Outcomes {
  readonly outcome: Outcome;
  readonly decisionId: string;
  readonly totalMs: number;
  readonly isError: boolean;
  readonly resultBytes?: number;
}

/** What the audit trail learns of tool calls: one decision for each, durable before the tool runs, and its outcome. */
@Injectable()
export class ToolAudit {
  private readonly logger = new Logger(ToolAudit.name);

  constructor(private readonly audit: AuditLog) {}

  /** Resolves with the event id once the decision is durable. */
  async decision({ tool, requested, args, token, missing }: Asked): Promise<string> {
    const common = { ...bearerFacts(token), type: 'mcp.tool.called' } as const;
    if (!tool) {
      const details = { requested_tool: cleanText(requested).slice(0, 64) };
      return this.audit.decide({ ...common, outcome: { result: 'denied', reason: 'unknown_tool' }, details });
    }
    const argsBytes = jsonBytes(args);
    const denied = { result: 'denied', reason: 'insufficient_scope' } as const;
    return this.audit.decide({
      ...common,
      outcome: missing.length > 0 ? denied : { result: 'allowed' },
      tool: {
        name: tool.name,
        phase: 'decision',
        risk: tool.risk,
        argsBytes,
        ...(args !== undefined && {
          args,
          argsShown: shownArguments(tool.listing.inputSchema as ArgumentSchema, args),
          argsSealed: sealedArguments(args, argsBytes, tool.redact),
        }),
      },
      authz: { required: tool.scopes, granted: token.scopes, missing },
    });
  }

  /** The tool has run and its result stands, so an outcome that cannot be written is logged, not thrown. */
  async outcome(tool: RegisteredTool, token: VerifiedToken, ran: Outcomes): Promise<void> {
    const { outcome, decisionId, totalMs, isError, resultBytes } = ran;
    const facts = { decisionId, isError, ...(resultBytes !== undefined && { resultBytes }) };
    try {
      await this.audit.decide({
        ...bearerFacts(token),
        type: 'mcp.tool.called',
        outcome,
        tool: { name: tool.name, phase: 'outcome', risk: tool.risk, ...facts },
        totalMs,
      });
    } catch (error) {
      this.logger.error(
        { tool: tool.name, decisionId, outcome, error: String(error) },
        'the outcome of a tool call could not be audited',
      );
    }
  }

  async listed(token: VerifiedToken, shown: number, hidden: number): Promise<void> {
    await this.audit.decide({ ...bearerFacts(token), type: 'mcp.tools.listed', details: { shown, hidden } });
  }
}

function bearerFacts(token: VerifiedToken): Omit<AuditFact, 'type'> {
  return {
    clientId: token.clientId,
    ...(token.userId && { userId: token.userId }),
    ...(token.grantId && { grantId: token.grantId }),
    ...(token.sessionId && { sessionId: token.sessionId }),
    token: { jti: token.jti, kind: 'access' },
  };
}

function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
