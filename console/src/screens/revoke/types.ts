export interface Selector {
  readonly user_id?: string;
  readonly client_id?: string;
  readonly session_id?: string;
  readonly grant_id?: string;
  readonly jti?: string;
  readonly token?: string;
  readonly scope?: string;
  readonly resource?: string;
  readonly tool?: string;
  readonly kid?: string;
  readonly idp?: string;
  readonly issued_before?: string;
  readonly all?: true;
}

export interface Plan {
  readonly id: string;
  readonly selector: Selector;
  readonly plan_hash: string;
  readonly counts: Readonly<
    Record<'people' | 'clients' | 'grants' | 'sessions' | 'access_tokens' | 'api_keys', number>
  >;
  readonly approvals_needed: number;
  readonly approvals: readonly string[];
  readonly reason?: string;
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly applied: boolean;
  readonly samples: {
    readonly people: readonly { readonly id: string; readonly email: string }[];
    readonly clients: readonly { readonly id: string; readonly name: string }[];
    readonly grants: readonly string[];
    readonly sessions: readonly string[];
  };
  readonly live_calls: number;
  readonly warnings: readonly (
    'nothing_matches' | 'ends_own_access' | 'replaces_signing_key' | 'live_calls_incomplete'
  )[];
}

export interface Revocation {
  readonly id: string;
  readonly selector: Selector;
  readonly reason?: string;
  readonly planned_by: string;
  readonly applied_by: string;
  readonly applied_at: string;
  readonly ended: {
    readonly grants: number;
    readonly sessions: number;
    readonly tokens: number;
    readonly api_keys?: number;
  };
}

/** What was ended, by the words for it. */
export const endedOf = ({ grants, sessions, tokens, api_keys = 0 }: Revocation['ended']) => ({
  grant: grants,
  session: sessions,
  token: tokens,
  'API key': api_keys,
});

export interface RevocationState extends Revocation {
  readonly propagated: boolean;
  readonly replicas: readonly {
    readonly replica: string;
    readonly ms?: number;
    readonly calls_ended: number;
  }[];
  readonly calls_ended: number;
}
