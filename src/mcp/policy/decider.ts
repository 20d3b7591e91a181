import { Injectable } from '@nestjs/common';
import { Bearers, ScopeCatalogue } from '../../oauth/index.js';
import type { Item } from '../items/item.js';
import type { Bearer } from './bearer.js';
import { decide, type DecisionContext } from './decide.js';
import { Quotas, type UsedUp } from './quotas.js';
import type { Ruling } from './record.js';
import type { EffectivePolicy } from './rules.js';
import { isAbout, isFor, looksAtPerson, strictest } from './strictest.js';
import { ToolPolicies } from './tool-policies.js';

/** What a decision does with quotas: only the one that a call hangs on counts. */
export type Counting = 'count' | 'look' | 'ignore';

/** Gathers what a decision about an item is taken from, and takes it. */
@Injectable()
export class Decider {
  private readonly ofItems = new WeakMap<Item, EffectivePolicy>();

  constructor(
    private readonly policies: ToolPolicies,
    private readonly catalogue: ScopeCatalogue,
    private readonly bearers: Bearers,
    private readonly quotas: Quotas,
  ) {}

  /** @throws the database's error when it cannot be told which policies there are */
  async rule(item: Item, bearer: Bearer, counting: Counting): Promise<Ruling> {
    const { token } = bearer;
    const { policy, roles } = await this.policyFor(item, bearer);
    const context: DecisionContext = {
      scopes: this.held(token.scopes, policy),
      roles,
      acrs: this.bearers.levels(token.acr),
      ...(token.authTime !== undefined && { signInAge: Math.floor(Date.now() / 1_000) - token.authTime }),
    };
    const decision = decide(context, policy);
    const ruling = { policy, context, decision, granted: token.scopes };
    if (decision.result !== 'allowed' || policy.quotas.length === 0 || counting === 'ignore') return ruling;
    const usedUp = await this.usedUp(policy, bearer, counting);
    if (Object.keys(usedUp).length === 0) return ruling;
    const counted = { ...context, usedUp };
    return { ...ruling, context: counted, decision: decide(counted, policy) };
  }

  private usedUp({ quotas }: EffectivePolicy, { token }: Bearer, counting: Counting): Promise<UsedUp> {
    return counting === 'count' ? this.quotas.take(quotas, token) : this.quotas.look(quotas, token);
  }

  /** Most items ask nothing of the person and have no policy about one: then nobody looks. */
  private async policyFor(
    item: Item,
    bearer: Bearer,
  ): Promise<{ policy: EffectivePolicy; roles: readonly string[] }> {
    const about = (await this.policies.current()).filter((policy) => isAbout(policy, item.name));
    const person = item.roles.length > 0 || about.some(looksAtPerson) ? await bearer.person() : undefined;
    const { clientId, userId } = bearer.token;
    const caller = {
      clientId,
      ...(userId !== undefined && { userId }),
      ...(person && { email: person.email }),
      groups: person?.groups ?? [],
    };
    const policies = about.filter((policy) => isFor(policy, caller));
    const policy = policies.length === 0 ? this.own(item) : strictest(item, policies);
    return { policy, roles: person?.roles ?? [] };
  }

  /** Where no policy adds anything, an item always asks the same. */
  private own(item: Item): EffectivePolicy {
    const known = this.ofItems.get(item) ?? strictest(item, []);
    this.ofItems.set(item, known);
    return known;
  }

  /** Those granted, and of those a policy asks for the ones they include. */
  private held(granted: readonly string[], { scopes, anyScopes }: EffectivePolicy): readonly string[] {
    if (anyScopes.length === 0 && scopes.every((scope) => granted.includes(scope))) return granted;
    const asked = [...scopes, ...anyScopes.flat()];
    const missing = this.catalogue.missing(granted, asked);
    return [...new Set([...granted, ...asked.filter((scope) => !missing.includes(scope))])];
  }
}
