/** RFC 8628 §3.4 */
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8693 §2.1 */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** RFC 7523 §2.1 */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Grant types a client may be made for. */
export const CLIENT_GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  TOKEN_EXCHANGE,
  JWT_BEARER,
  DEVICE_CODE,
] as const;

/** No person is at the browser to see who asks: the client has to prove who it is. */
export const CONFIDENTIAL_GRANT_TYPES: readonly string[] = ['client_credentials', TOKEN_EXCHANGE, JWT_BEARER];

/** Those a client may register itself for: nobody grants itself rights of its own. */
export const REGISTRABLE_GRANT_TYPES = ['authorization_code', 'refresh_token'] as const;
