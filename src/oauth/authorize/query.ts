import type { Params } from '../params.js';

/** Beside the `request_uri` of a pushed request: the person has chosen an account. It is of no use to anybody else. */
const CHOSEN = 'account_chosen';

/** In place of `acr_values`, once somebody has been asked to sign in for them. */
export const ASKED_ACRS = 'acr_asked';

/** Writes parameters, as Express parsed them from a query or a form, as a query again. */
export function toQuery(source: unknown): string {
  const query = new URLSearchParams();
  if (typeof source === 'object' && source !== null) {
    for (const [name, value] of Object.entries(source)) {
      for (const item of Array.isArray(value) ? value : [value])
        if (typeof item === 'string') query.append(name, item);
    }
  }
  return query.toString();
}

/**
 * The same request after the person has signed in afresh or chosen an account: `prompt=login`, `max_age` and
 * `acr_values` have been obeyed. What a pushed request asks for cannot be changed here; the time of the sign-in tells.
 */
export function afterSignIn(query: string): string {
  const parameters = new URLSearchParams(query);
  if (parameters.has('request_uri')) {
    parameters.set(CHOSEN, 'true');
    return parameters.toString();
  }
  const prompt = (parameters.get('prompt') ?? '')
    .split(' ')
    .filter((value) => value !== '' && value !== 'login' && value !== 'select_account');
  if (prompt.length > 0) parameters.set('prompt', prompt.join(' '));
  else parameters.delete('prompt');
  // Asked again, a short one would have run out while the person reads the consent page.
  parameters.delete('max_age');
  // A wish, not a demand: whoever signed in in another way goes on. The sign-in page is told what it was.
  const asked = parameters.get('acr_values');
  parameters.delete('acr_values');
  if (asked !== null) parameters.set(ASKED_ACRS, asked);
  return parameters.toString();
}

export const accountIsChosen = (params: Params): boolean => params.all(CHOSEN).length > 0;
