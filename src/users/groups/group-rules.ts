import { groupKey, type GroupRule, type GroupSection } from '../../config/index.js';

type Claims = Readonly<Record<string, unknown>>;

/** What a provider's word about a person means for the groups of the configuration, by the keys of their names. */
export interface Said {
  readonly isIn: readonly string[];
  /** Nothing can be told: the provider says that it left the claim out because it is too long. */
  readonly unknown: readonly string[];
}

/** `undefined` when no group asks this provider. */
export function saidBy(provider: string, groups: readonly GroupSection[], claims: Claims): Said | undefined {
  const asking = groups
    .map(({ name, members }) => ({
      key: groupKey(name),
      rules: members.filter((rule) => rule.provider === provider),
    }))
    .filter(({ rules }) => rules.length > 0);
  if (asking.length === 0) return undefined;
  const isIn = asking.filter(({ rules }) => rules.some((rule) => matches(rule, claims)));
  const unknown = asking.filter(
    (each) => !isIn.includes(each) && each.rules.some((rule) => isWithheld(rule, claims)),
  );
  return { isIn: isIn.map(({ key }) => key), unknown: unknown.map(({ key }) => key) };
}

function matches({ claim, value }: GroupRule, claims: Claims): boolean {
  const said = textsOf(claimAt(claims, claim));
  return value.some((pattern) => said.some((text) => isLike(text, pattern)));
}

/** A claim of just that name, such as a URI; otherwise the dots lead into objects. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split('.').reduce<unknown>((at, name) => memberOf(at, name), claims);
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Claims)[name] : undefined;
}

function textsOf(said: unknown): string[] {
  const values: unknown[] = Array.isArray(said) ? said : [said];
  return values.flatMap((value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [String(value)]
      : [],
  );
}

/** `*` is any run of characters. Each part is looked for once, from the left: no input makes it slow. */
function isLike(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return text.endsWith(last);
}

/**
 * OpenID Connect Core §5.6.2: what is named in `_claim_names` is to be fetched elsewhere; Entra ID does so for people in
 * too many groups, or says `hasgroups`.
 */
function isWithheld({ claim }: GroupRule, claims: Claims): boolean {
  if (claimAt(claims, claim) !== undefined) return false;
  const elsewhere = claims['_claim_names'];
  const isNamed = typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, claim);
  return isNamed || (claim === 'groups' && [true, 'true'].includes(claims['hasgroups'] as boolean | string));
}
