/** What a plan ends; all that is said must hold. `all`, `jti` and `kid` stand alone. */
export interface PlanSelector {
  readonly userId?: string;
  readonly clientId?: string;
  readonly sessionId?: string;
  readonly grantId?: string;
  readonly jti?: string;
  readonly kid?: string;
  readonly scope?: string;
  readonly resource?: string;
  readonly tool?: string;
  readonly idp?: string;
  /** ISO 8601. */
  readonly issuedBefore?: string;
  readonly all?: true;
}

/** What the rooms above know of a tool. */
export interface ToolReach {
  readonly resource: string;
  readonly scopes: readonly string[];
  /** One of each list. */
  readonly anyScopes: readonly (readonly string[])[];
}

export class SelectorRefused extends Error {
  constructor(
    readonly member: string,
    message: string,
  ) {
    super(message);
    this.name = 'SelectorRefused';
  }
}

const ALONE = ['all', 'jti', 'kid'] as const;
/** With these, it is about what was allowed and not about who is signed in. */
const OF_GRANTS = ['clientId', 'grantId', 'scope', 'resource', 'tool'] as const;

const said = (selector: PlanSelector): string[] =>
  Object.entries(selector).flatMap(([name, value]) => (value === undefined ? [] : [name]));

/** @throws SelectorRefused */
export function checkSelector(selector: PlanSelector): void {
  const names = said(selector);
  if (names.length === 0)
    throw new SelectorRefused('selector', 'must say what to end; to end everything say all');
  const alone = ALONE.find((name) => names.includes(name));
  if (alone && names.length > 1) throw new SelectorRefused(alone, 'stands alone');
}

/** Whether sessions end too: a selector that says only who signed in, where and when. */
export const endsSessions = (selector: PlanSelector): boolean =>
  selector.jti === undefined &&
  selector.kid === undefined &&
  OF_GRANTS.every((name) => selector[name] === undefined);

/** The one member that is said, when it is this one. */
export const only = (selector: PlanSelector, name: keyof PlanSelector): boolean =>
  selector[name] !== undefined && said(selector).length === 1;
