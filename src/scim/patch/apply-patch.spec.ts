import { describe, expect, it } from '@jest/globals';
import { GROUP, USER } from '../schemas.js';
import { patched } from './apply-patch.js';
import { PATCH_OP, readPatch } from './patch-request.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ANN = {
  userName: 'ann',
  active: true,
  name: { givenName: 'Ann', familyName: 'Lee' },
  emails: [
    { value: 'ann@example.com', type: 'work', primary: true },
    { value: 'ann@home.example', type: 'home' },
  ],
};

/** What becomes of Ann. */
function after(...operations: object[]) {
  return patched(ANN, readPatch({ schemas: [PATCH_OP], Operations: operations }), USER);
}
const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { details: { scimType: string } }).details.scimType;
  }
};
const refusal = (...operations: object[]): unknown => codeOf(() => after(...operations));

describe('a patch of a person', () => {
  it('changes nothing but what it names, and leaves the resource it was given alone', () => {
    expect(after({ op: 'replace', path: 'active', value: false })).toEqual({ ...ANN, active: false });
    expect(ANN.active).toBe(true);
  });

  it('adds, replaces and removes an attribute, however its name is written', () => {
    expect(after({ op: 'add', path: 'TITLE', value: 'Engineer' })).toMatchObject({ title: 'Engineer' });
    expect(after({ op: 'replace', path: 'name.GivenName', value: 'Anna' })['name']).toEqual({
      givenName: 'Anna',
      familyName: 'Lee',
    });
    expect(after({ op: 'replace', path: 'name', value: { givenName: 'Anna' } })['name']).toEqual({
      givenName: 'Anna',
      familyName: 'Lee',
    });
    expect(after({ op: 'remove', path: 'name.familyName' })['name']).toEqual({ givenName: 'Ann' });
    expect(after({ op: 'remove', path: 'name' })).not.toHaveProperty('name');
    expect(after({ op: 'replace', path: 'name', value: null })).not.toHaveProperty('name');
  });

  it('takes an attribute by the URN of its schema', () => {
    const path = `${USER.schema}:userName`;
    expect(after({ op: 'replace', path, value: 'x' })).toMatchObject({ userName: 'x' });
    expect(after({ op: 'add', path: `${ENTERPRISE}:department`, value: 'R&D' })).toMatchObject({
      [ENTERPRISE]: { department: 'R&D' },
    });
    expect(after({ op: 'add', path: `${ENTERPRISE}:manager.value`, value: '7' })).toMatchObject({
      [ENTERPRISE]: { manager: { value: '7' } },
    });
    expect(after({ op: 'add', path: ENTERPRISE, value: { department: 'R&D' } })).toMatchObject({
      [ENTERPRISE]: { department: 'R&D' },
    });
  });

  it('adds to a list what is not in it, and replaces the whole of it', () => {
    const other = { value: 'a@other.example', type: 'other' };
    expect(after({ op: 'add', path: 'emails', value: [other] })['emails']).toEqual([...ANN.emails, other]);
    expect(after({ op: 'add', path: 'emails', value: ANN.emails[1] })['emails']).toEqual(ANN.emails);
    expect(after({ op: 'replace', path: 'emails', value: [other] })['emails']).toEqual([other]);
  });

  it('keeps one primary value: the one that was written', () => {
    const value = { value: 'new@example.com', type: 'other', primary: true };
    expect(after({ op: 'add', path: 'emails', value })['emails']).toEqual([
      { ...ANN.emails[0], primary: false },
      ANN.emails[1],
      value,
    ]);
    expect(after({ op: 'replace', path: 'emails[type eq "home"].primary', value: 'True' })['emails']).toEqual(
      [
        { ...ANN.emails[0], primary: false },
        { ...ANN.emails[1], primary: true },
      ],
    );
  });

  it('writes and removes the elements that brackets choose', () => {
    expect(after({ op: 'replace', path: 'emails[type eq "work"].value', value: 'x@y' })['emails']).toEqual([
      { value: 'x@y', type: 'work', primary: true },
      ANN.emails[1],
    ]);
    expect(
      after({ op: 'replace', path: 'emails[type eq "home"]', value: { value: 'x@y' } })['emails'],
    ).toEqual([ANN.emails[0], { value: 'x@y' }]);
    expect(after({ op: 'remove', path: 'emails[type eq "home"]' })['emails']).toEqual([ANN.emails[0]]);
    expect(after({ op: 'remove', path: 'emails[type eq "none"]' })['emails']).toEqual(ANN.emails);
    expect(after({ op: 'remove', path: 'emails[type eq "work"].primary' })['emails']).toEqual([
      { value: 'ann@example.com', type: 'work' },
      ANN.emails[1],
    ]);
  });

  it('is refused with a word for what is wrong', () => {
    expect(refusal({ op: 'replace', path: 'shoeSize', value: 1 })).toBe('invalidPath');
    expect(refusal({ op: 'replace', path: 'emails[type eq "work"', value: 1 })).toBe('invalidPath');
    expect(refusal({ op: 'replace', path: 'userName[value eq "x"]', value: 1 })).toBe('invalidPath');
    expect(refusal({ op: 'replace', path: 'emails[type is "work"]', value: {} })).toBe('invalidFilter');
    expect(refusal({ op: 'replace', path: 'emails[type eq "none"]', value: 7 })).toBe('invalidValue');
    expect(refusal({ op: 'add', path: 'emails[value co "none"].type', value: 'x' })).toBe('noTarget');
    expect(refusal({ op: 'replace', path: 'id', value: 'x' })).toBe('mutability');
    expect(refusal({ op: 'add', path: 'groups', value: [{ value: 'x' }] })).toBe('mutability');
    expect(refusal({ op: 'remove' })).toBe('noTarget');
    expect(refusal({ op: 'add', path: 'title' })).toBe('invalidValue');
    expect(refusal({ op: 'move', path: 'title' })).toBe('invalidSyntax');
    expect(refusal({ op: 'add', value: 'x' })).toBe('invalidValue');
    expect(codeOf(() => readPatch({ schemas: [PATCH_OP], Operations: [] }))).toBe('invalidSyntax');
    expect(codeOf(() => readPatch({ Operations: [{ op: 'add', path: 'title', value: 'x' }] }))).toBe(
      'invalidSyntax',
    );
  });

  it('never reaches what is no attribute', () => {
    for (const path of ['__proto__.polluted', 'constructor.prototype', 'toString'])
      expect(refusal({ op: 'add', path, value: 'x' })).toBe('invalidPath');
    const value = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"x":1}}') as object;
    expect(after({ op: 'add', value })).toEqual(ANN);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

// What directories are documented and known to send.
describe('a patch of a directory', () => {
  it('of Okta replaces without a path', () => {
    expect(after({ op: 'replace', value: { active: false } })).toEqual({ ...ANN, active: false });
  });

  it('of Entra ID writes its operations large and its yes and no as texts', () => {
    expect(after({ op: 'Replace', path: 'active', value: 'False' })).toEqual({ ...ANN, active: false });
    expect(after({ op: 'Add', value: { Active: 'True', 'name.givenName': 'Anna' } })).toMatchObject({
      active: true,
      name: { givenName: 'Anna', familyName: 'Lee' },
    });
  });

  it('of Entra ID adds by brackets what is not there yet', () => {
    const result = after(
      { op: 'Add', path: 'addresses[type eq "work"].formatted', value: 'Room 1' },
      { op: 'Add', path: 'addresses[type eq "work"].country', value: 'DE' },
      { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 30 1' },
      { op: 'Add', path: `${ENTERPRISE}:manager`, value: '7' },
    );
    expect(result).toMatchObject({
      addresses: [{ type: 'work', formatted: 'Room 1', country: 'DE' }],
      phoneNumbers: [{ type: 'mobile', value: '+49 30 1' }],
      [ENTERPRISE]: { manager: { value: '7' } },
    });
  });

  it('may say what is not kept: it is passed over', () => {
    const Operations = [
      { op: 'replace', path: 'password', value: 'x' },
      { op: 'add', value: { password: 'x', roles: [{ value: 'y' }], id: 'z', meta: {}, 'urn:x:y': {} } },
    ];
    expect(after(...Operations)).toEqual(ANN);
  });
});

describe('a patch of a group', () => {
  it('takes members out by brackets, or by a list beside the path', () => {
    const group = { displayName: 'g', members: [{ value: '1' }, { value: '2' }, { value: '3' }] };
    const left = (operation: object) =>
      patched(group, readPatch({ schemas: [PATCH_OP], Operations: [operation] }), GROUP)['members'];
    expect(left({ op: 'remove', path: 'members[value eq "2"]' })).toEqual([{ value: '1' }, { value: '3' }]);
    expect(left({ op: 'Remove', path: 'members', value: [{ value: '1' }, { value: '2' }] })).toEqual([
      { value: '3' },
    ]);
    expect(left({ op: 'remove', path: 'members' })).toBeUndefined();
  });
});
