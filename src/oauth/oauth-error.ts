/** Every error code of this authorization server and its HTTP status where it is answered as JSON. */
const STATUS = {
  // RFC 6749 §4.1.2.1 and §5.2
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  invalid_scope: 400,
  access_denied: 403,
  server_error: 500,
  temporarily_unavailable: 503,
  // RFC 8707 §2
  invalid_target: 400,
  // RFC 7591 §3.2.2
  invalid_redirect_uri: 400,
  invalid_client_metadata: 400,
  invalid_software_statement: 400,
  unapproved_software_statement: 400,
  // OpenID Connect Core §3.1.2.6
  login_required: 400,
  consent_required: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  // RFC 8628 §3.5
  authorization_pending: 400,
  slow_down: 400,
  expired_token: 400,
  // RFC 9449 §5, §8
  invalid_dpop_proof: 400,
  use_dpop_nonce: 400,
  // RFC 6750 §3.1
  invalid_token: 401,
  insufficient_scope: 403,
} as const;

export type OAuthErrorCode = keyof typeof STATUS;

export interface OAuthErrorOptions {
  /** What the log and the audit record say, as a snake_case code. Never crosses the wire. */
  readonly reason?: string;
  readonly status?: number;
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number;
  /** `WWW-Authenticate` of a 401. */
  readonly challenge?: string;
  /** More headers of the answer, such as `DPoP-Nonce`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal. `description` is for the developer of the client; it never quotes the request. */
export class OAuthError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(
    readonly code: OAuthErrorCode,
    readonly description: string,
    readonly options: OAuthErrorOptions = {},
  ) {
    super(description);
    this.name = 'OAuthError';
    this.status = options.status ?? STATUS[code];
    this.reason = options.reason ?? code;
  }

  /** RFC 8628 §3.5: part of waiting for a person, neither a failure nor worth an audit event for each time. */
  get isWaiting(): boolean {
    return this.code === 'authorization_pending' || this.code === 'slow_down';
  }
}
