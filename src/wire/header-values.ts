/**
 * Every value of a header, by its name in lower case, from the raw list (`name, value, name, value, …`): the parsed
 * headers keep only the first of two, and so hide a duplicate.
 */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const given = rawHeaders[at]!;
    if (given.length === name.length && given.toLowerCase() === name) values.push(rawHeaders[at + 1]!);
  }
  return values;
}
