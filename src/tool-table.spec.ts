import { describe, expect, it } from '@jest/globals';
import { toolLine, toolTable } from './tool-table.js';

const TOOLS = [
  {
    name: 'notes_delete',
    scopes: ['mcp:tools:execute', 'notes:write'],
    risk: 'destructive',
    title: 'Delete',
  },
  { name: 'ping', scopes: [], risk: 'read', title: 'Ping' },
] as const;

describe('What is told of tools at start', () => {
  it('is a table on a terminal, whose columns stand below each other', () => {
    expect(toolTable(TOOLS)).toBe(
      [
        '  Tool          Risk         Scopes',
        '  notes_delete  destructive  mcp:tools:execute notes:write',
        '  ping          read         any token',
        '\n',
      ].join('\n'),
    );
  });

  it('is one object in a log, with nothing but names, scopes and risks', () => {
    expect(toolLine(TOOLS)).toEqual({
      tools: [
        { name: 'notes_delete', scopes: ['mcp:tools:execute', 'notes:write'], risk: 'destructive' },
        { name: 'ping', scopes: [], risk: 'read' },
      ],
    });
  });
});
