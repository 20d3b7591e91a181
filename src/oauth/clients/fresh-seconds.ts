const MINUTE = 60;
const LEAST = MINUTE;
/** Where the answer says nothing. */
const UNSAID = 5 * MINUTE;

type Headers = Readonly<Record<string, string>>;

/** How many seconds an answer may be used without asking again (RFC 9111 §4.2): a minute at least, `most` at most. */
export function freshSeconds(headers: Headers, most: number): number {
  const said = lifetime(headers);
  return said === undefined ? UNSAID : Math.min(most, Math.max(LEAST, said - age(headers)));
}

function lifetime(headers: Headers): number | undefined {
  const directives = (headers['cache-control'] ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (directives.some((directive) => /^no-(?:store|cache)(?:$|=)/.test(directive))) return 0;
  const maxAge = directives.map((directive) => /^max-age="?(\d{1,10})"?$/.exec(directive)?.[1]).find(Boolean);
  if (maxAge !== undefined) return Number(maxAge);
  // RFC 9111 §5.3: what is not a date has expired.
  return headers['expires'] === undefined ? undefined : secondsUntil(headers['expires'], headers['date']);
}

function secondsUntil(expires: string, date: string | undefined): number {
  const now = date === undefined ? NaN : Date.parse(date);
  const seconds = (Date.parse(expires) - (Number.isNaN(now) ? Date.now() : now)) / 1_000;
  return Number.isNaN(seconds) ? 0 : Math.floor(seconds);
}

const age = ({ age: given = '' }: Headers): number => (/^\d{1,10}$/.test(given) ? Number(given) : 0);
