import { Schemas, type Types } from 'scimmy';
import { badRequest } from './scim-refusal.js';
import { shapesOf, type Shapes } from './shape.js';

type Definition = InstanceType<typeof Types.SchemaDefinition>;

/** What of a person is neither kept nor shown; who sends it is not refused for it. */
const NOT_KEPT = ['password', 'ims', 'photos', 'entitlements', 'roles', 'x509Certificates'];

const user: Definition = Schemas.User.definition;
const enterprise: Definition = Schemas.EnterpriseUser.definition;
const group: Definition = Schemas.Group.definition;

user.truncate(...NOT_KEPT);
user.extend(enterprise, false);
// RFC 7643 §7: canonical values are suggestions, and directories have types of their own.
for (const name of ['emails', 'phoneNumbers', 'addresses'])
  user.attribute(`${name}.type`).config.canonicalValues = false;

/** A kind of resource: what may be said of it, and where it is. */
export interface ResourceKind {
  readonly name: 'User' | 'Group';
  readonly endpoint: '/Users' | '/Groups';
  /** URN of its schema. */
  readonly schema: string;
  readonly extensions: readonly string[];
  readonly shapes: Shapes;
  /** Names in lower case that are passed over without a word. */
  readonly ignored: ReadonlySet<string>;
  /** @throws ScimRefusal invalidValue when something is not of the type it must be */
  readonly check: (resource: Record<string, unknown>) => Record<string, unknown>;
}

export const USER: ResourceKind = {
  name: 'User',
  endpoint: '/Users',
  schema: user.id,
  extensions: [enterprise.id],
  shapes: shapesOf(user),
  ignored: new Set(NOT_KEPT.map((name) => name.toLowerCase())),
  check: checker(user),
};

export const GROUP: ResourceKind = {
  name: 'Group',
  endpoint: '/Groups',
  schema: group.id,
  extensions: [],
  shapes: shapesOf(group),
  ignored: new Set(),
  check: checker(group),
};

/** RFC 7643 §7, for `/Schemas`. */
export function schemaDocuments(base: string): readonly { readonly id: string }[] {
  const documents = [user, group, enterprise].map((definition) => definition.describe(`${base}/Schemas`));
  return JSON.parse(JSON.stringify(documents)) as { id: string }[];
}

function checker(definition: Definition): ResourceKind['check'] {
  return (resource) => {
    try {
      return JSON.parse(JSON.stringify(definition.coerce(resource, 'in'))) as Record<string, unknown>;
    } catch (error) {
      if (error instanceof TypeError) throw badRequest('invalidValue', error.message.slice(0, 500));
      throw error;
    }
  };
}
