import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { shownArguments, type ArgumentSchema } from './shown-arguments.js';

const schema = z.toJSONSchema(
  z.object({
    title: z.string(),
    body: z.string().optional(),
    limit: z.int().optional(),
    urgent: z.boolean().optional(),
    kind: z.enum(['note', 'task']).optional(),
    id: z.uuid().optional(),
    due: z.iso.datetime().optional(),
    tags: z.array(z.string()).optional(),
    author: z.object({ name: z.string(), vip: z.boolean() }).optional(),
    free: z.record(z.string(), z.string()).optional(),
  }),
  { io: 'input' },
) as ArgumentSchema;

describe('arguments in the audit trail', () => {
  it('are shown where the schema leaves no room for words', () => {
    const shown = {
      limit: 5,
      urgent: false,
      kind: 'task',
      id: '0198c0de-0000-7000-8000-000000000000',
      due: '2026-11-21T12:00:00Z',
    };
    expect(shownArguments(schema, shown)).toEqual(shown);
  });

  it('are told by kind and size where it does', () => {
    const args = {
      title: 'salary of Ada',
      tags: ['secret', 'x'],
      author: { name: 'Ada', vip: true },
      free: { password: 'hunter2' },
    };
    expect(shownArguments(schema, args)).toEqual({
      title: { chars: 13 },
      tags: { items: 2 },
      author: { name: { chars: 3 }, vip: true },
      free: { members: 1 },
    });
  });

  it('are not shown because they claim another form than the schema has', () => {
    const args = {
      kind: 'hunter2',
      id: 'my password',
      due: 'tomorrow, and hunter2',
      limit: 'hunter2',
      urgent: 'yes',
    };
    expect(JSON.stringify(shownArguments(schema, args))).not.toMatch(/hunter2|password|tomorrow|yes/);
  });

  it('have no name that the schema does not have', () => {
    const args = { 'hunter2 as a name': 1, ['__proto__x']: 2, title: 'a' };
    expect(shownArguments(schema, args)).toEqual({ title: { chars: 1 }, unknown_members: 2 });
  });

  it.each([[undefined], [null], ['text'], [7], [[1, 2]]])(
    'are no object, and still harmless: %p',
    (value) => {
      expect(JSON.stringify(shownArguments(schema, value))).not.toContain('text');
    },
  );
});
