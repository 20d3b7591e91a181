import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { GROUP_ATTRIBUTES, USER_ATTRIBUTES } from './attributes.js';
import { sortSqlOf, sqlOf } from './filter-sql.js';
import { attributePath, parseFilter } from './parse-filter.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ID = '018f0e2a-0000-7000-8000-000000000001';

function users(filter: string): [string, unknown[]] {
  const values: unknown[] = ['before'];
  return [sqlOf(parseFilter(filter), USER_ATTRIBUTES, values, USER), values.slice(1)];
}

describe('a search for people, in SQL', () => {
  it('finds a userName by its index, and by the address of those who have none', () => {
    const [sql, values] = users('userName eq " ＡNN@Example.com"');
    expect(sql).toBe('(u.user_name_key = $2::text OR (u.user_name_key IS NULL AND u.email_key = $2::text))');
    expect(values).toEqual(['ann@example.com']);
  });

  it.each([
    ['externalId eq "Ab1"', '(u.external_id = $2::text)', ['Ab1']],
    ['emails eq "A@x"', '(u.email_key = $2::text)', ['a@x']],
    ['emails.value eq "A@x"', '(u.email_key = $2::text)', ['a@x']],
    [`id eq "${ID}"`, '(u.id = $2::uuid)', [ID]],
    ['id eq "1 OR 1=1"', 'false', []],
    ['active eq "True"', '((u.disabled_at IS NULL) = $2::boolean)', [true]],
    ['displayName sw "An"', 'starts_with(lower(u.name), $2::text)', ['an']],
    ['displayName co "100%_\\\\"', '(position($2::text IN lower(u.name)) > 0)', ['100%_\\']],
    [
      'meta.lastModified gt "2011-05-13T04:42:34Z"',
      '(u.updated_at > $2::timestamptz)',
      [new Date('2011-05-13T04:42:34Z')],
    ],
    ['title pr', `(lower(u.scim_profile #>> '{title}') IS NOT NULL)`, []],
    ['title eq null', `(lower(u.scim_profile #>> '{title}') IS NULL)`, []],
    [`${USER}:userName pr`, '(coalesce(u.user_name_key, u.email_key) IS NOT NULL)', []],
    [
      `${ENTERPRISE}:department eq "R&D"`,
      `(lower(u.scim_profile -> '${ENTERPRISE}' ->> 'department') = $2::text)`,
      ['r&d'],
    ],
  ])('%s', (filter, sql, values) => expect(users(filter)).toEqual([sql, values]));

  it('joins conditions, and takes what is not known for not so', () => {
    const [sql, values] = users('not (title eq "x") and (externalId eq "1" or externalId eq "2")');
    expect(sql).toBe(
      `(NOT coalesce((lower(u.scim_profile #>> '{title}') = $2::text), false) AND ((u.external_id = $3::text) OR (u.external_id = $4::text)))`,
    );
    expect(values).toEqual(['x', '1', '2']);
  });

  it('looks into brackets, as Entra ID writes them too', () => {
    const type = `lower(coalesce(u.scim_profile #>> '{emails,0,type}', 'work'))`;
    expect(users('emails[type eq "work"].value eq "a@x"')).toEqual([
      `((${type} = $2::text) AND (u.email_key = $3::text))`,
      ['work', 'a@x'],
    ]);
    expect(users(`groups[value eq "${ID}"]`)[0]).toContain('m.user_id = u.id AND (m.group_id = $2::uuid)');
  });

  it.each([
    ['an attribute that there is not', 'shoeSize eq "1"'],
    ['one of another schema', `${GROUP}:userName eq "x"`],
    ['a secret', 'passwordHash pr'],
    ['the name of something else', 'constructor pr'],
    ['a member that there is not', 'emails.constructor pr'],
    ['a member of a text', 'userName.value eq "x"'],
    ['an attribute with members and none that is meant', 'name eq "x"'],
    ['a number for a text', 'userName eq 1'],
    ['a text for a yes', 'active eq "maybe"'],
    ['an order of yes and no', 'active gt true'],
    ['a moment that is none', 'meta.created gt "yesterday"'],
    ['an order of ids', 'id gt "x"'],
    ['an order of nothing', 'title gt null'],
    ['brackets after a text', 'userName[value eq "x"]'],
    ['brackets in brackets', 'emails[value[type eq "x"]]'],
  ])('is refused with %s', (_what, filter) =>
    expect(() => users(filter)).toThrow(expect.objectContaining({ details: { scimType: 'invalidFilter' } })),
  );
});

describe('a search for groups, in SQL', () => {
  it('finds by name and by member', () => {
    const values: unknown[] = [];
    const filter = parseFilter(`displayName eq "ＥNG" and members eq "${ID}"`);
    const sql = sqlOf(filter, GROUP_ATTRIBUTES, values, GROUP);
    expect(sql).toBe(
      `((g.name_key = $1::text) AND EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = g.id AND m.origin = 'scim' AND (m.user_id = $2::uuid)))`,
    );
    expect(values).toEqual(['eng', ID]);
  });
});

describe('an order', () => {
  const by = (name: string) => sortSqlOf(attributePath(name), USER_ATTRIBUTES, USER);

  it('is by what everybody has once', () => {
    expect(by('userName')).toBe('coalesce(u.user_name_key, u.email_key)');
    expect(by('name.familyName')).toBe(`lower(u.scim_profile #>> '{name,familyName}')`);
    expect(by('emails')).toBe('u.email_key');
    expect(by('meta.created')).toBe('u.created_at');
  });

  it.each(['groups', 'name', 'userName.x', 'passwordHash', 'constructor', 'emails.constructor'])(
    'is not by %s',
    (name) => expect(by(name)).toBeUndefined(),
  );
});
