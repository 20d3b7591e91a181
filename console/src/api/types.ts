/** What the admin API answers, as far as the screens use it. */

export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
  readonly prev?: string;
  readonly count?: { readonly value: number; readonly capped: boolean };
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name?: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly active: boolean;
  readonly created_at: string;
  readonly last_login_at?: string;
  readonly disabled_at?: string;
}

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly registration: string;
  readonly trust_state: 'quarantined' | 'approved' | 'suspended';
  readonly auth_method: string;
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly string[];
  readonly scopes: readonly string[];
  readonly allowed_scopes?: readonly string[];
  readonly client_uri?: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_used_at?: string;
  readonly suspended_at?: string;
}

export interface Grant {
  readonly id: string;
  readonly active: boolean;
  readonly user_id: string;
  readonly user_email: string;
  readonly client_id: string;
  readonly client_name: string;
  readonly session_id?: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly expires_at: string;
  readonly last_used_at?: string;
  readonly last_used_ip?: string;
  readonly revoked_at?: string;
  readonly revoked_reason?: string;
}

/** An API key, of a person or of a service. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly user_id?: string;
  readonly user_email?: string;
  readonly client_id?: string;
  readonly client_name?: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly issued_at: string;
  readonly expires_at: string;
  readonly last_used_at?: string;
  readonly last_used_ip?: string;
  readonly revoked_at?: string;
  readonly revoked_reason?: string;
}

export interface Session {
  readonly id: string;
  readonly user_id: string;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly expires_at: string;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly idp?: string;
  readonly ip?: string;
  readonly user_agent?: string;
  readonly ended_at?: string;
  readonly end_reason?: string;
}

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly state: 'next' | 'active' | 'retired' | 'revoked';
  readonly published: boolean;
  readonly living_tokens: number;
  readonly created_at: string;
  readonly activates_at?: string;
  readonly activated_at?: string;
  readonly retired_at?: string;
  readonly published_until?: string;
  readonly revoked_at?: string;
}

export interface AuditEvent {
  readonly event_id: string;
  readonly type: string;
  readonly time: string;
  readonly severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
  readonly outcome: { readonly result: string; readonly reason_code?: string; readonly http_status?: number };
  readonly actor: { readonly type: string; readonly id?: string; readonly display?: string };
  readonly request?: Readonly<Record<string, unknown>>;
  readonly user_id?: string;
  readonly client_id?: string;
  readonly grant_id?: string;
  readonly session_id?: string;
  readonly tool?: { readonly name: string; readonly phase?: string };
  /** What of it is sealed. */
  readonly privacy?: { readonly fields: readonly string[] };
  readonly [member: string]: unknown;
}

export interface Receipt {
  readonly replicas: number;
  readonly acknowledged: number;
  readonly missing: readonly string[];
  readonly propagation_ms: number;
}

export interface Ended {
  readonly ended: boolean;
  readonly grants: number;
  readonly sessions: number;
  readonly api_keys?: number;
  readonly receipt?: Receipt;
}
