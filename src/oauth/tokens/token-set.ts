/** The token endpoint's answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). `expires_in` is in seconds. */
export interface TokenSet {
  readonly access_token: string;
  /** `DPoP` when it is bound to a key (RFC 9449 §5). */
  readonly token_type: 'Bearer' | 'DPoP';
  readonly expires_in: number;
  readonly scope: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  /** RFC 8693 §2.2.1 */
  readonly issued_token_type?: string;
}
