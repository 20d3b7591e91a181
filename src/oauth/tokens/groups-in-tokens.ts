/** Tokens travel in headers and URLs, and somebody may be in a thousand groups. */
const MAX_BYTES = 1_536;

const fits = (groups: readonly string[]): boolean => Buffer.byteLength(JSON.stringify(groups)) <= MAX_BYTES;

/** What an access token says of the groups; too many are not named, and the token says that there are some. */
export const groupsOfAccessToken = (groups: readonly string[]): Record<string, unknown> =>
  fits(groups) ? { groups } : { hasgroups: true };

/** What an id_token says of them; too many are to be asked for at userinfo (OpenID Connect Core §5.6.2). */
export const groupsOfIdToken = (groups: readonly string[], userinfo: string): Record<string, unknown> =>
  fits(groups)
    ? { groups }
    : { _claim_names: { groups: 'userinfo' }, _claim_sources: { userinfo: { endpoint: userinfo } } };
