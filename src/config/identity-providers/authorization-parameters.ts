/** What the flow itself decides; one of these from a file would undo what it protects. */
const OWN = [
  'client_id',
  'client_secret',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'login_hint',
  'max_age',
  'nonce',
  'redirect_uri',
  'request',
  'request_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
];
const NAME = /^[\x21-\x7e]{1,100}$/;
const MAX_VALUE = 1_000;

/** What is wrong with parameters that are added to every authorization request. */
export function authorizationParameterProblems(parameters: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    if (!NAME.test(name)) return ['authorizationParameters has a name that no parameter can have'];
    if (OWN.includes(name))
      return [`authorizationParameters must not have ${name}, which this server sets itself`];
    const isText = typeof value === 'string' && value.length > 0 && value.length <= MAX_VALUE;
    return isText ? [] : [`authorizationParameters.${name} must be a text`];
  });
}
