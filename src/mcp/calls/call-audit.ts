import { Injectable, Logger } from '@nestjs/common';
import { AuditLog, cleanText, type AuditFact, type EventType, type Outcome } from '../../audit/index.js';
import type { VerifiedToken } from '../../oauth/index.js';
import type { Item } from '../items/item.js';
import { recordOf, type Ruling } from '../policy/record.js';
import { redacted } from './redacted.js';
import { sealedArguments } from './sealed-arguments.js';
import type { Serving } from './serving.js';
import { shownArguments, type ArgumentSchema } from './shown-arguments.js';

type CallKind = Serving<Item, unknown>['kind'];

export interface Asked {
  readonly kind: CallKind;
  /** Absent when there is nothing of the name. */
  readonly item?: Item;
  /** The name or URI as it was asked for. */
  readonly requested: string;
  readonly args: unknown;
  /** JSON Schema of the arguments, by which it is told which of them may be shown. */
  readonly schema?: ArgumentSchema;
  readonly token: VerifiedToken;
  /** There when there is an item. */
  readonly ruling?: Ruling;
}

export interface Outcomes {
  readonly outcome: Outcome;
  readonly decisionId: string;
  readonly totalMs: number;
  readonly isError: boolean;
  readonly resultBytes?: number;
}

const EVENTS = {
  tool: 'mcp.tool.called',
  resource: 'mcp.resource.read',
  prompt: 'mcp.prompt.fetched',
  completion: 'mcp.completion.requested',
} as const satisfies Record<CallKind, EventType>;
const LISTS = {
  tool: 'mcp.tools.listed',
  resource: 'mcp.resources.listed',
  prompt: 'mcp.prompts.listed',
} as const satisfies Record<string, EventType>;
/** Of what is the caller's text. Only a URI has a reason to be long. */
const MAX_URI = 256;
const MAX_NAME = 64;

/** What the audit trail learns of calls: one decision for each, durable before the method runs, and its outcome. */
@Injectable()
export class CallAudit {
  private readonly logger = new Logger(CallAudit.name);

  constructor(private readonly audit: AuditLog) {}

  /** Resolves with the event id once the decision is durable. */
  async decision(asked: Asked): Promise<string> {
    const { kind, item, requested, token, ruling } = asked;
    const common = { ...bearerFacts(token), type: EVENTS[kind] } as const;
    if (!item || !ruling) {
      const outcome = { result: 'denied', reason: `unknown_${kind}` } as const;
      return this.audit.decide({
        ...common,
        outcome,
        details: { [`requested_${kind}`]: shortened(kind, requested) },
      });
    }
    const { result, failures } = ruling.decision;
    const reason = failures[0]?.reason;
    return this.audit.decide({
      ...common,
      ...(kind === 'tool' ? toolDecision(asked, item, ruling.policy) : otherDecision(asked)),
      outcome: { result, ...(reason && { reason }) },
      authz: recordOf(ruling),
    });
  }

  /** The method has run and its result stands, so an outcome that cannot be written is logged, not thrown. */
  async outcome({ kind, item, requested, token }: Asked & { item: Item }, ran: Outcomes): Promise<void> {
    const { outcome, decisionId, totalMs, isError, resultBytes } = ran;
    try {
      await this.audit.decide({
        ...bearerFacts(token),
        type: EVENTS[kind],
        outcome,
        ...(kind === 'tool'
          ? { tool: { name: item.name, phase: 'outcome', risk: item.risk, ...toolOutcome(ran) } }
          : {
              targets: [{ type: kind, id: shortened(kind, requested) }],
              details: {
                phase: 'outcome',
                decision_id: decisionId,
                is_error: isError,
                ...(resultBytes !== undefined && { result_bytes: resultBytes }),
              },
            }),
        totalMs,
      });
    } catch (error) {
      this.logger.error(
        { [kind]: item.name, decisionId, outcome, error: String(error) },
        'the outcome of a call could not be audited',
      );
    }
  }

  async listed(kind: keyof typeof LISTS, token: VerifiedToken, shown: number, hidden: number): Promise<void> {
    await this.audit.decide({ ...bearerFacts(token), type: LISTS[kind], details: { shown, hidden } });
  }
}

function toolDecision(
  { args, schema }: Asked,
  { name, risk }: Item,
  { redact }: Ruling['policy'],
): Pick<AuditFact, 'tool'> {
  const argsBytes = jsonBytes(args);
  const call = { name, phase: 'decision', risk, argsBytes } as const;
  if (args === undefined) return { tool: call };
  const kept = redacted(args, redact);
  return {
    tool: {
      ...call,
      args,
      argsShown: shownArguments(schema ?? {}, kept),
      argsSealed: sealedArguments(kept, argsBytes),
    },
  };
}

function toolOutcome({ decisionId, isError, resultBytes }: Outcomes) {
  return { decisionId, isError, ...(resultBytes !== undefined && { resultBytes }) };
}

function otherDecision({ kind, requested }: Asked): Pick<AuditFact, 'targets' | 'details'> {
  return {
    targets: kind === 'tool' ? [] : [{ type: kind, id: shortened(kind, requested) }],
    details: { phase: 'decision' },
  };
}

const shortened = (kind: CallKind, text: string): string =>
  cleanText(text).slice(0, kind === 'resource' ? MAX_URI : MAX_NAME);

/** Whom a token is of, as events name them. */
export function bearerFacts(token: VerifiedToken): Omit<AuditFact, 'type'> {
  return {
    clientId: token.clientId,
    ...(token.userId && { userId: token.userId }),
    ...(token.grantId && { grantId: token.grantId }),
    ...(token.sessionId && { sessionId: token.sessionId }),
    token: { jti: token.jti, kind: token.apiKey ? 'api_key' : 'access' },
  };
}

function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
