import { line, quiet, shortened, statusText } from './screen.js';

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Shows every exchange of one party on the screen, and changes nothing about it. */
export function shown(who: string): Fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const response = await fetch(input, init);
    const asked = `${(init.method ?? 'GET').padEnd(6)} ${shortPath(url)}${operation(init.body)}`;
    line(`${quiet(who.padEnd(6))} ${asked.padEnd(54)} ${statusText(response.status)}`);
    for (const fact of [sentFacts(url, init.body), await answerFacts(response)])
      if (fact) line(`       ${quiet(fact)}`);
    return response;
  };
}

type Members = Record<string, unknown>;

/** The JSON-RPC method of a body and, of a tool call, the tool. */
function operation(body: RequestInit['body']): string {
  const message = typeof body === 'string' && body.startsWith('{') ? (JSON.parse(body) as Members) : {};
  const { method, params } = message as { method?: string; params?: { name?: string } };
  return [method, params?.name]
    .filter(Boolean)
    .map((part) => ` ${part}`)
    .join('');
}

const shortPath = ({ pathname }: URL): string =>
  pathname.replace(/[0-9a-f-]{36}/, (id) => `…${id.slice(-6)}`);

const SHOWN_OF_QUERY = ['scope', 'code_challenge_method', 'client_id', 'grant_id', 'session_id', 'reason'];

function sentFacts({ searchParams }: URL, body: RequestInit['body']): string | undefined {
  if (!(body instanceof URLSearchParams))
    return facts(Object.fromEntries(SHOWN_OF_QUERY.map((name) => [name, searchParams.get(name)])));
  return facts({
    grant_type: body.get('grant_type'),
    code: secret(body.get('code')),
    refresh_token: secret(body.get('refresh_token')),
    resource: body.get('resource'),
    decision: body.get('decision'),
  });
}

async function answerFacts(response: Response): Promise<string | undefined> {
  const challenge = response.headers.get('www-authenticate');
  if (challenge) return `WWW-Authenticate: ${shortChallenge(challenge, response.url)}`;
  const location = response.headers.get('location');
  if (location) return `→ ${destination(new URL(location, response.url))}`;
  if (!response.headers.get('content-type')?.includes('application/json')) return undefined;
  const { client_id, access_token, refresh_token, scope, error } = (await response.clone().json()) as Members;
  return facts({
    client_id,
    access_token: secret(access_token),
    refresh_token: secret(refresh_token),
    scope: access_token ? scope : undefined,
    error: typeof error === 'string' ? error : undefined,
  });
}

/** Without what is said for people, and without the origin, which is that of the server anyway. */
const shortChallenge = (challenge: string, url: string): string =>
  challenge.replace(/, error_description="[^"]*"/, '').replace(new URL(url).origin, '…');

/** Where a browser is sent: the answer to a client with its parts, any other page by its path. */
function destination({ origin, pathname, searchParams }: URL): string {
  const answer = facts({
    code: secret(searchParams.get('code')),
    iss: searchParams.get('iss'),
    error: searchParams.get('error'),
  });
  return answer ? `${origin}${pathname} ${answer}` : pathname;
}

const secret = (value: unknown): string | undefined =>
  typeof value === 'string' ? shortened(value) : undefined;

function facts(members: Record<string, unknown>): string | undefined {
  const told = Object.entries(members).flatMap(([name, value]) =>
    typeof value === 'string' ? [`${name}=${value}`] : [],
  );
  return told.length > 0 ? told.join('  ') : undefined;
}
