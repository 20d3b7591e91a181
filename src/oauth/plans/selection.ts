import { Injectable } from '@nestjs/common';
import { API_KEY_CLIENT } from '../../config/index.js';
import { LIVING_KEY } from '../api-keys/api-key-view.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import { endsSessions, type PlanSelector, type ToolReach } from './selector.js';

/** Conditions over the rows of a table, with the values that they name. */
export interface Condition {
  readonly where: string;
  readonly values: readonly unknown[];
}

/** What a selector means in the tables. */
export interface Selection {
  /** Over `grants g` that are neither ended nor expired. */
  readonly grants: Condition;
  /** Over `sessions s` that are neither ended nor expired. */
  readonly sessions: Condition;
  /** Over `access_tokens t` that are alive: those of no grant, or the one that was named. */
  readonly tokens: Condition;
  /** Over `api_keys k` that are neither revoked nor expired. */
  readonly apiKeys: Condition;
}

const NONE: Condition = { where: 'false', values: [] };
const LIVING_GRANT = 'g.revoked_at IS NULL AND g.expires_at > now()';
const LIVING_SESSION = 's.ended_at IS NULL AND s.expires_at > now()';
const LIVING_TOKEN = 't.expires_at > now() AND t.revoked_at IS NULL';
/** A session, and those whose place it took. */
const LINE = (at: string): string => `g.session_id IN (WITH RECURSIVE line AS (
  SELECT id, continues FROM sessions WHERE id = ${at}
  UNION SELECT s.id, s.continues FROM sessions s JOIN line ON s.id = line.continues) SELECT id FROM line)`;

class Conditions {
  private readonly parts: string[];
  private readonly values: unknown[] = [];

  constructor(first: string) {
    this.parts = [first];
  }

  add(condition: (at: string) => string, value: unknown): this {
    if (value !== undefined) this.parts.push(condition(`$${this.values.push(value)}`));
    return this;
  }

  get condition(): Condition {
    return { where: this.parts.join(' AND '), values: this.values };
  }
}

@Injectable()
export class Selections {
  constructor(private readonly catalogue: ScopeCatalogue) {}

  of(selector: PlanSelector, tool?: ToolReach): Selection {
    return {
      grants: this.grants(selector, tool),
      sessions: endsSessions(selector) ? sessions(selector) : NONE,
      tokens: this.tokens(selector, tool),
      apiKeys: this.apiKeys(selector, tool),
    };
  }

  private grants(selector: PlanSelector, tool: ToolReach | undefined): Condition {
    if (selector.jti !== undefined || selector.kid !== undefined) return NONE;
    const conditions = new Conditions(LIVING_GRANT)
      .add((at) => `g.user_id = ${at}::uuid`, selector.userId)
      .add((at) => `g.client_id = ${at}`, selector.clientId)
      .add(LINE, selector.sessionId)
      .add((at) => `g.id = ${at}::uuid`, selector.grantId)
      .add((at) => `g.resource = ${at}`, selector.resource)
      .add((at) => `g.created_at < ${at}::timestamptz`, selector.issuedBefore)
      .add(
        (at) => `EXISTS (SELECT 1 FROM sessions s WHERE s.id = g.session_id AND s.idp = ${at})`,
        selector.idp,
      );
    return this.scoped('g', conditions, selector, tool).condition;
  }

  /** Machines' tokens hang off no grant. */
  private tokens(selector: PlanSelector, tool: ToolReach | undefined): Condition {
    if (selector.jti !== undefined)
      return new Conditions(LIVING_TOKEN).add((at) => `t.jti = ${at}::uuid`, selector.jti).condition;
    if (selector.kid !== undefined)
      return new Conditions(LIVING_TOKEN).add((at) => `t.kid = ${at}`, selector.kid).condition;
    const ofPeople = [selector.userId, selector.sessionId, selector.grantId, selector.idp];
    if (ofPeople.some((value) => value !== undefined)) return NONE;
    const conditions = new Conditions(`${LIVING_TOKEN} AND t.grant_id IS NULL`)
      .add((at) => `t.client_id = ${at}`, selector.clientId)
      .add((at) => `t.resource = ${at}`, selector.resource)
      .add((at) => `t.issued_at < ${at}::timestamptz`, selector.issuedBefore);
    return this.scoped('t', conditions, selector, tool).condition;
  }

  /** Keys hang off no grant and no sign-in. The person's go by one name where a client is meant. */
  private apiKeys(selector: PlanSelector, tool: ToolReach | undefined): Condition {
    const elsewhere = [selector.kid, selector.sessionId, selector.grantId, selector.idp];
    if (elsewhere.some((value) => value !== undefined)) return NONE;
    const conditions = new Conditions(LIVING_KEY)
      .add((at) => `k.id = ${at}::uuid`, selector.jti)
      .add((at) => `k.user_id = ${at}::uuid`, selector.userId)
      .add((at) => `coalesce(k.client_id, '${API_KEY_CLIENT}') = ${at}`, selector.clientId)
      .add((at) => `k.resource = ${at}`, selector.resource)
      .add((at) => `k.issued_at < ${at}::timestamptz`, selector.issuedBefore);
    return this.scoped('k', conditions, selector, tool).condition;
  }

  private scoped(
    table: 'g' | 't' | 'k',
    conditions: Conditions,
    { scope }: PlanSelector,
    tool: ToolReach | undefined,
  ): Conditions {
    conditions.add((at) => `${table}.resource = ${at}`, tool?.resource);
    const required = [...(scope === undefined ? [] : [scope]), ...(tool?.scopes ?? [])].map((one) => [one]);
    for (const oneOf of [...required, ...(tool?.anyScopes ?? [])]) {
      const enough = [...new Set(oneOf.flatMap((one) => this.including(one)))];
      conditions.add((at) => `${table}.scopes && ${at}::text[]`, enough);
    }
    return conditions;
  }

  /** Every scope that gives this one. */
  private including(scope: string): string[] {
    const names = this.catalogue
      .names()
      .filter((name) => this.catalogue.missing([name], [scope]).length === 0);
    return [...new Set([scope, ...names])];
  }
}

function sessions(selector: PlanSelector): Condition {
  return new Conditions(LIVING_SESSION)
    .add((at) => `s.user_id = ${at}::uuid`, selector.userId)
    .add((at) => `s.id = ${at}::uuid`, selector.sessionId)
    .add((at) => `s.idp = ${at}`, selector.idp)
    .add((at) => `s.created_at < ${at}::timestamptz`, selector.issuedBefore).condition;
}
