/** Grant types a client may be made for. */
export const CLIENT_GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'] as const;

/** Those a client may register itself for: nobody grants itself rights of its own. */
export const REGISTRABLE_GRANT_TYPES = ['authorization_code', 'refresh_token'] as const;
