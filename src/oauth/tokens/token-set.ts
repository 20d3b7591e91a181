/** The token endpoint's answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). `expires_in` is in seconds. */
export interface TokenSet {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
}
