/** What a refusal means for whoever has to answer for it: the rule that spoke, and what would have been allowed. */
export interface Explanation {
  readonly rule: string;
  readonly allowed_if: string;
}

const explained = (rule: string, allowed_if: string): Explanation => ({ rule, allowed_if });

const ANOTHER_TOKEN = 'A new access token: refresh, or authorize again';
const ITS_OWN_PROOF =
  'A DPoP proof made for this very request with the key the token is bound to (RFC 9449 §4.3)';

/** By the reason code of the event. */
export const REASONS: Readonly<Record<string, Explanation>> = {
  credentials_missing: explained(
    'The resource takes an access token in the Authorization header',
    'An access token for this resource; the challenge says where to get one (RFC 9728)',
  ),
  insufficient_scope: explained(
    'The access token must have the scope that this needs',
    'A token with the missing scopes: the person allows them, or an operator raises the ceiling of the client',
  ),
  insufficient_role: explained(
    'The person behind the token must have a role that this needs',
    'The same by somebody who has the role: it is given to a person or to a group of theirs',
  ),
  disabled_by_policy: explained(
    'A policy lets nobody use this at present',
    'The same, once an operator has taken the policy away',
  ),
  quota_exceeded: explained(
    'So many calls at a time, by a quota of the tool or of a policy',
    'The same after the time that the refusal says',
  ),
  insufficient_user_authentication: explained(
    'This asks for a sign-in that is not long ago, or that is worth more (RFC 9470)',
    'A token from an authorization request with the max_age and acr_values of the challenge',
  ),
  wrong_audience: explained(
    'A token is good at the one resource it was issued for (RFC 8707)',
    'A token that was asked for with the resource of this request',
  ),
  expired: explained('A token is good until it expires', ANOTHER_TOKEN),
  revoked: explained(
    'What was ended is refused everywhere, whatever the token says',
    'Nothing brings it back: the person or the client gets access anew, if nobody keeps them from it',
  ),
  unknown_key: explained(
    'A token must be signed with a key of this server that is published',
    'A token of this server; a key that was given up as compromised signs no good ones',
  ),
  unknown_token: explained('An opaque token must be one that was issued here', ANOTHER_TOKEN),
  malformed: explained(
    'A token must be a JWT or an opaque token of this server',
    'The token as it was issued',
  ),
  malformed_claims: explained(
    'A token must say what tokens of this server say',
    'The token as it was issued',
  ),
  bound_token_as_bearer: explained(
    'A token that is bound to a key is good with a proof of it only',
    ITS_OWN_PROOF,
  ),
  invalid_dpop_proof: explained('The DPoP proof does not belong to this request', ITS_OWN_PROOF),
  two_access_tokens: explained(
    'A request carries one access token (RFC 6750 §2)',
    'The token in one place only',
  ),
  unknown_api_key: explained(
    'An API key must be one that was made here',
    'The key as it was shown, or a new one',
  ),
  malformed_api_key: explained(
    'An API key is the text that was shown',
    'The whole key, without a character changed',
  ),
  duplicate_api_key: explained('A request carries one API key', 'The key in one header only'),
  api_key_beside_token: explained(
    'A request carries an access token or an API key (RFC 6750 §2)',
    'The same with one of the two',
  ),
  api_key_without_rights: explained(
    'A key never gives more than its owner has now',
    'A key whose owner has at least one of its scopes, at a resource that takes keys of such owners',
  ),
  not_a_service: explained(
    'Keys are of people, and of clients that prove who they are and act for themselves',
    'The client with a way to prove itself and the grant type client_credentials',
  ),
  user_disabled: explained('Who is kept out gets nothing', 'The person, once an operator lets them in again'),
  throttled_api_keys: explained(
    'An address may show so many unknown keys and no more',
    'A good key after the time that Retry-After says',
  ),
  scope_escalation: explained(
    'Nobody gives more administration than they have',
    'Somebody with the scopes that are given on, such as a person with the role admin',
  ),
  last_admin: explained(
    'Somebody with the role admin must be able to sign in',
    'The same, once another person who may sign in has the role',
  ),
  validation_failed: explained(
    'The request must be as the API document says',
    'The request without the errors it lists',
  ),
  precondition_failed: explained(
    'It is no longer what the caller had read',
    'The same with the ETag it has now',
  ),
  plan_drifted: explained(
    'A plan ends what was seen and nothing else',
    'The same with the hash the plan has now',
  ),
  plan_approval_needed: explained(
    'A plan that hits so many people needs two',
    'The approval of another operator',
  ),
  plan_own_plan: explained('Nobody approves a plan of their own', 'The approval of somebody else'),
  plan_expired: explained('A plan is good for a quarter of an hour', 'A new plan'),
  plan_own_access: explained(
    'Nobody cuts their own access by accident',
    'The same with the acknowledgement of it',
  ),
  admin_rate_limit: explained(
    'A caller may send so many requests at a time',
    'The same when the limit begins anew',
  ),
  idempotency_key_reused: explained('A key stands for one request', 'Another Idempotency-Key'),
  wrong_secret: explained('A client proves who it is', 'The secret the client has now'),
  wrong_client_id: explained('A client is one that is registered', 'The id of a registered client'),
  client_suspended: explained(
    'A suspended client gets nothing',
    'The client, once an operator lets it work again',
  ),
  unknown_tool: explained('Only tools that are there can be called', 'The name of a tool in tools/list'),
  unknown_scope: explained('Only scopes that exist can be asked for', 'Scopes of the metadata document'),
  unknown_resource: explained(
    'Tokens are for resources that are served here',
    'A resource of the metadata document',
  ),
  scope_above_ceiling: explained(
    'A client is granted no more than its ceiling',
    'Fewer scopes, or allowed_scopes of the client that has them',
  ),
  no_scope_left: explained(
    'There must be something that this person may allow this client',
    'Scopes that both may have',
  ),
  registration_closed: explained(
    'Clients register themselves where policy lets them',
    'An initial access token, or an operator',
  ),
  code_replayed: explained('A code is good once', 'A new authorization; the grant of the code has ended'),
  successor_in_use: explained(
    'A refresh token is good until its successor is used',
    'The newest refresh token of the grant',
  ),
  step_up_by_authorization: explained(
    'The first refresh after a challenge does not answer it',
    'An authorization request with the missing scopes',
  ),
  database_unavailable: explained('Nothing is decided without the database', 'The same a little later'),
  csrf: explained('A form is sent by the page that showed it', 'The page loaded anew'),
};

const BY_RESULT: Readonly<Record<string, Explanation>> = {
  throttled: explained('So many at a time, and no more', 'The same after the time that Retry-After says'),
  error: explained('Something failed, and nothing was decided', 'The same, once that works again'),
  aborted: explained('It was ended while it was under way', 'The same, where what was ended is allowed anew'),
  denied: explained(
    'The request was refused for the reason that the code names',
    'A request without that fault',
  ),
};

/** `undefined`: nothing was refused. */
export function explanationOf(result: string, reason: string | undefined): Explanation | undefined {
  if (result === 'allowed') return undefined;
  return (reason !== undefined ? REASONS[reason] : undefined) ?? BY_RESULT[result] ?? BY_RESULT['denied'];
}
