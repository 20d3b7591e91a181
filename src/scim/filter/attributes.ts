import { groupKey } from '../../config/index.js';
import { emailKey } from '../../users/index.js';

/** A value that SQL can compare. `sql` of a text is in the form that `key` gives constants. */
export interface Scalar {
  readonly kind: 'text' | 'exact' | 'id' | 'boolean' | 'time';
  readonly sql: string;
  readonly key?: (text: string) => string;
  /** Equality by an index, where `sql` would not find one; `at` is the parameter. */
  readonly equals?: (at: string) => string;
}

/** An attribute with members. `within` says that some value of it fulfils a condition on the members. */
export interface Complex {
  readonly kind: 'complex';
  readonly within: (condition: string) => string;
  readonly members: Readonly<Record<string, Scalar>>;
  /** The member that is meant when none is named. */
  readonly usual?: string;
}

export type Attributes = Readonly<Record<string, Scalar | Complex>>;

/** What of a kind of resource can be searched and sorted by, for each schema; '' is the resource's own. */
export type Searchable = Readonly<Record<string, Attributes>>;

const same = (condition: string): string => condition;
const text = (sql: string): Scalar => ({ kind: 'text', sql: `lower(${sql})` });
const profile = (path: string): Scalar => text(`u.scim_profile #>> '{${path}}'`);

const meta = (alias: string, type: string): Complex => ({
  kind: 'complex',
  within: same,
  members: {
    created: { kind: 'time', sql: `${alias}.created_at` },
    lastmodified: { kind: 'time', sql: `${alias}.updated_at` },
    resourcetype: { kind: 'text', sql: `'${type}'` },
  },
});

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const enterprise = (name: string): Scalar => text(`u.scim_profile -> '${ENTERPRISE}' ->> '${name}'`);

/** People: the row `u`. Addresses are searched by the one of the account. */
export const USER_ATTRIBUTES: Searchable = {
  '': {
    id: { kind: 'id', sql: 'u.id' },
    externalid: { kind: 'exact', sql: 'u.external_id' },
    username: {
      kind: 'text',
      sql: 'coalesce(u.user_name_key, u.email_key)',
      key: emailKey,
      equals: (at) => `(u.user_name_key = ${at} OR (u.user_name_key IS NULL AND u.email_key = ${at}))`,
    },
    displayname: text('u.name'),
    name: {
      kind: 'complex',
      within: same,
      members: {
        formatted: text(`coalesce(u.scim_profile #>> '{name,formatted}', u.name)`),
        givenname: profile('name,givenName'),
        familyname: profile('name,familyName'),
      },
    },
    nickname: profile('nickName'),
    title: profile('title'),
    usertype: profile('userType'),
    preferredlanguage: profile('preferredLanguage'),
    locale: profile('locale'),
    timezone: profile('timezone'),
    active: { kind: 'boolean', sql: '(u.disabled_at IS NULL)' },
    emails: {
      kind: 'complex',
      within: same,
      usual: 'value',
      members: {
        value: { kind: 'text', sql: 'u.email_key', key: emailKey },
        type: text(`coalesce(u.scim_profile #>> '{emails,0,type}', 'work')`),
        primary: { kind: 'boolean', sql: 'true' },
      },
    },
    groups: {
      kind: 'complex',
      within: (condition) =>
        `EXISTS (SELECT 1 FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = u.id AND ${condition})`,
      usual: 'value',
      members: {
        value: { kind: 'id', sql: 'm.group_id' },
        display: { kind: 'text', sql: 'g.name_key', key: groupKey },
      },
    },
    meta: meta('u', 'user'),
  },
  [ENTERPRISE.toLowerCase()]: {
    employeenumber: enterprise('employeeNumber'),
    costcenter: enterprise('costCenter'),
    organization: enterprise('organization'),
    division: enterprise('division'),
    department: enterprise('department'),
    manager: {
      kind: 'complex',
      within: same,
      usual: 'value',
      members: {
        value: { kind: 'exact', sql: `u.scim_profile -> '${ENTERPRISE}' -> 'manager' ->> 'value'` },
      },
    },
  },
};

/** Groups: the row `g`. Members are those that provisioning put there. */
export const GROUP_ATTRIBUTES: Searchable = {
  '': {
    id: { kind: 'id', sql: 'g.id' },
    externalid: { kind: 'exact', sql: 'g.external_id' },
    displayname: { kind: 'text', sql: 'g.name_key', key: groupKey },
    members: {
      kind: 'complex',
      within: (condition) =>
        `EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = g.id AND m.origin = 'scim' AND ${condition})`,
      usual: 'value',
      members: { value: { kind: 'id', sql: 'm.user_id' } },
    },
    meta: meta('g', 'group'),
  },
};
