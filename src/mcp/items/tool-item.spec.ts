import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ToolOptions } from '../authoring/tool.js';
import type { FoundMethod } from './item.js';
import { toolOf } from './tool-item.js';

const found: FoundMethod = { where: 'Notes.add', policy: { scopes: ['notes:write'] }, invoke: () => 'done' };
const options: ToolOptions = {
  name: 'notes_add',
  title: 'Add a note',
  description: 'Adds a note.',
  input: z.strictObject({ title: z.string().default('none') }),
  annotations: {},
};

describe('toolOf', () => {
  it('makes the list entry from the schema', () => {
    const { listing } = toolOf(found, options);
    expect(listing).toMatchObject({
      name: 'notes_add',
      title: 'Add a note',
      inputSchema: { type: 'object', properties: { title: { type: 'string' } }, additionalProperties: false },
    });
    expect(listing.inputSchema).not.toHaveProperty('required');
    expect(listing).not.toHaveProperty('outputSchema');
  });

  it('says in the list entry which scopes ChatGPT must have, whatever the author put there', () => {
    const meta = { securitySchemes: [{ type: 'noauth' }], 'example.com/icon': 'note' };
    const { listing } = toolOf(found, { ...options, meta });
    const securitySchemes = [{ type: 'oauth2', scopes: ['notes:write'] }];
    expect(listing).toMatchObject({ securitySchemes });
    expect(listing._meta).toEqual({ 'example.com/icon': 'note', securitySchemes });
  });

  it('never says that a public tool needs no token', () => {
    const { listing } = toolOf({ ...found, policy: { isPublic: true } }, options);
    expect(listing.securitySchemes).toEqual([{ type: 'oauth2', scopes: [] }]);
  });

  it.each([
    [{ readOnlyHint: true }, 'read'],
    [{ destructiveHint: false }, 'change'],
    [{ destructiveHint: true }, 'destructive'],
    [{}, 'destructive'],
  ])('takes %j for the risk %s', (annotations, risk) => {
    expect(toolOf(found, { ...options, annotations }).risk).toBe(risk);
  });

  it('takes the risk and the time of a decorator before those of the options', () => {
    const { risk, timeoutMs } = toolOf(
      { ...found, policy: { ...found.policy, risk: 'destructive', timeoutMs: 5 } },
      { ...options, annotations: { readOnlyHint: true }, timeoutMs: 7 },
    );
    expect([risk, timeoutMs]).toEqual(['destructive', 5]);
  });
});
