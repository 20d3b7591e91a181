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

/** The same request after the person has signed in afresh: `prompt=login` and `max_age` have been obeyed. */
export function afterSignIn(query: string): string {
  const parameters = new URLSearchParams(query);
  const prompt = (parameters.get('prompt') ?? '')
    .split(' ')
    .filter((value) => value !== '' && value !== 'login' && value !== 'select_account');
  if (prompt.length > 0) parameters.set('prompt', prompt.join(' '));
  else parameters.delete('prompt');
  // Asked again, a short one would have run out while the person reads the consent page.
  parameters.delete('max_age');
  return parameters.toString();
}
