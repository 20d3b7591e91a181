import { describe, expect, it } from '@jest/globals';
import type { Filter } from './filter.js';
import { parseFilter } from './parse-filter.js';

/** A filter in one line, with a bracket wherever something binds. */
function told(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.parts.map(told).join(` ${filter.kind} `)})`;
    case 'not':
      return `not ${told(filter.part)}`;
    case 'has':
      return `${nameOf(filter.path)}[${told(filter.filter)}]`;
    case 'compare':
      return [nameOf(filter.path), filter.op, JSON.stringify(filter.value)].filter(Boolean).join(' ');
  }
}
const nameOf = ({ schema, name, sub }: { schema?: string; name: string; sub?: string }): string =>
  `${schema ? `${schema}:` : ''}${name}${sub ? `.${sub}` : ''}`;

describe('a filter', () => {
  it.each([
    ['userName eq "bjensen"', 'username eq "bjensen"'],
    ['USERNAME EQ "b"', 'username eq "b"'],
    ['title pr', 'title pr'],
    ['active eq true', 'active eq true'],
    ['active eq False', 'active eq false'],
    ['a eq null', 'a eq null'],
    ['a gt -1.5e3', 'a gt -1500'],
    ['name.familyName co "O\'Malley"', 'name.familyname co "O\'Malley"'],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', 'meta.lastmodified gt "2011-05-13T04:42:34Z"'],
    ['displayName eq "The \\"A\\" team\\u00e9"', 'displayname eq "The \\"A\\" teamé"'],
    ['a eq "1" and b eq "2" or c eq "3"', '((a eq "1" and b eq "2") or c eq "3")'],
    ['a eq "1" and (b eq "2" or c eq "3")', '(a eq "1" and (b eq "2" or c eq "3"))'],
    ['not (a eq "1") and b pr', '(not a eq "1" and b pr)'],
    ['not(a pr)', 'not a pr'],
    ['emails[type eq "work" and value co "@x"]', 'emails[(type eq "work" and value co "@x")]'],
    ['emails[type eq "work"].value eq "a@x"', 'emails[(type eq "work" and value eq "a@x")]'],
    ['emails[type eq "work"] and a pr', '(emails[type eq "work"] and a pr)'],
    ['members[$ref pr]', 'members[$ref pr]'],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:name.givenName eq "x"',
      'urn:ietf:params:scim:schemas:core:2.0:user:name.givenname eq "x"',
    ],
  ])('is read: %s', (text, expected) => expect(told(parseFilter(text))).toBe(expected));

  it.each([
    ['nothing', ''],
    ['a name alone', 'userName'],
    ['an operator that there is not', 'userName is "x"'],
    ['no value', 'userName eq'],
    ['a value without quotes', 'userName eq bjensen'],
    ['a string that does not end', 'userName eq "b'],
    ['a string that ends too early', 'userName eq "a"b"'],
    ['an escape that there is not', 'userName eq "\\x"'],
    ['a NUL', 'userName eq "\\u0000"'],
    ['half a character', 'userName eq "\\ud800"'],
    ['a bracket too many', '(a pr))'],
    ['a bracket too few', '((a pr)'],
    ['a square bracket too few', 'emails[type eq "x"'],
    ['nothing between brackets', 'emails[]'],
    ['two conditions without a word between', 'a pr b pr'],
    ['an operator at the end', 'a pr and'],
    ['a not without brackets', 'not a pr'],
    ['three parts of a name', 'a.b.c pr'],
    ['a dot alone', '. pr'],
    ['SQL', "userName eq 'x'; DROP TABLE users"],
    ['a comment', 'userName eq "x" --'],
    ['too much', `a eq "${'x'.repeat(4_000)}"`],
    ['too many brackets', `${'('.repeat(30)}a pr${')'.repeat(30)}`],
  ])('is refused with %s', (_what, text) => {
    expect(() => parseFilter(text)).toThrow(
      expect.objectContaining({ status: 400, details: { scimType: 'invalidFilter' } }),
    );
  });

  it('is read once from left to right, whatever is in it', () => {
    for (const text of [
      `a eq "${'\\'.repeat(3_990)}`,
      `a${'.'.repeat(3_990)}`,
      '[('.repeat(1_900),
      '1'.repeat(3_999),
    ])
      expect(() => parseFilter(text)).toThrow();
  });
});
