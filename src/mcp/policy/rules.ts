/** Whose calls are counted together. Where there is no person or grant, the client is counted. */
export const QUOTA_KEYS = ['user', 'client', 'grant'] as const;
export type QuotaKey = (typeof QUOTA_KEYS)[number];

/** So many calls in so many seconds. */
export interface Quota {
  readonly calls: number;
  /** Seconds. */
  readonly per: number;
  readonly by: QuotaKey;
}

/** What the sign-in behind a token must be (RFC 9470). */
export interface StepUpDemand {
  /** Level of the sign-in. */
  readonly acr?: string;
  /** Seconds since the sign-in. */
  readonly maxAge?: number;
}

/** What an item asks of its callers by its own declaration. All of it must hold. */
export interface OwnRules {
  /** Each of these, or one that includes it. Empty when every token will do. */
  readonly scopes: readonly string[];
  /** One of each list, the one to ask for first. */
  readonly anyScopes: readonly (readonly string[])[];
  /** One of each list. */
  readonly roles: readonly (readonly string[])[];
  readonly stepUps: readonly StepUpDemand[];
  readonly quotas: readonly Quota[];
  readonly timeoutMs: number;
  /** Paths into the input that the audit trail does not keep. */
  readonly redact: readonly string[];
}

/** What a policy of the installer or an operator adds to what items ask. There is nothing here by which to ask less. */
export interface PolicyRules {
  readonly scopes?: readonly string[];
  /** One of these. */
  readonly roles?: readonly string[];
  readonly stepUp?: StepUpDemand;
  /** Counted over all items of the policy together. */
  readonly quota?: Quota;
  readonly disabled?: boolean;
  readonly redact?: readonly string[];
  readonly timeoutMs?: number;
}

/** A policy, and what it is about: items by name, and callers by all of the selectors it has. */
export interface ToolPolicy {
  /** Absent where the configuration file says it. */
  readonly id?: string;
  readonly name: string;
  /** Counts its changes. */
  readonly version: number;
  /** Names of tools and prompts, URIs and URI templates of resources as they are declared; `*` stands for anything. */
  readonly items: readonly string[];
  /** Client ids. */
  readonly clients?: readonly string[];
  /** Names of groups. */
  readonly groups?: readonly string[];
  /** Ids or e-mail addresses of people. */
  readonly users?: readonly string[];
  readonly rules: PolicyRules;
}

/** A quota and where it is counted. */
export interface NamedQuota extends Quota {
  readonly name: string;
}

/** What is asked of one caller of one item: the strictest of everything that applies. */
export interface EffectivePolicy extends Pick<
  OwnRules,
  'scopes' | 'anyScopes' | 'roles' | 'timeoutMs' | 'redact'
> {
  /** Levels, each of which the sign-in must reach. */
  readonly acrs: readonly string[];
  /** Seconds. */
  readonly maxAge?: number;
  readonly quotas: readonly NamedQuota[];
  /** Names of the policies that let nobody in. */
  readonly disabledBy: readonly string[];
  readonly applied: readonly { readonly name: string; readonly version: number }[];
}
