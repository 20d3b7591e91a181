import { execFile } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What is planted, each in files of its own, and the words it must be refused with. */
const PLANTED: { what: string; files: Record<string, string>; refused: string }[] = [
  {
    what: 'an import that reaches past the door of another room',
    files: {
      'src/audit/deep.ts': `import { Sealer } from '../sealing/sealer.js';\nexport const planted = Sealer;\n`,
    },
    refused: 'rooms meet at index.ts: src/audit/deep.ts → src/sealing/sealer.ts',
  },
  {
    what: 'a type-only import that reaches past the door of another room',
    files: {
      'src/audit/deep-type.ts': `import type { Sealer } from '../sealing/sealer.js';\nexport type P = Sealer;\n`,
    },
    refused: 'rooms meet at index.ts: src/audit/deep-type.ts → src/sealing/sealer.ts',
  },
  {
    what: 'an import of what is for tests',
    files: {
      'src/tools/tested.tools.ts': `import { callTool } from '../testing/index.js';\nexport const p = callTool;\n`,
    },
    refused: 'the server does not import what is for tests: src/tools/tested.tools.ts',
  },
  {
    what: 'an import of a room above',
    files: {
      'src/users/up.ts': `import { SessionsModule } from '../sessions/index.js';\nexport const p = SessionsModule;\n`,
    },
    refused: 'users/up.ts → src/sessions/index.ts',
  },
  {
    what: 'a type of a room above inside an expression',
    files: { 'src/users/up-type.ts': `export type P = import('../sessions/index.js').SessionsModule;\n` },
    refused: 'users/up-type.ts → src/sessions/index.ts',
  },
  {
    what: 'an import of a room above that is made while running',
    files: { 'src/users/up-late.ts': `export const p = () => import('../sessions/index.js');\n` },
    refused: 'users/up-late.ts → src/sessions/index.ts',
  },
  {
    what: 'a door that exports an entity',
    files: { 'src/audit/index.ts': `export { AuditEvent } from './audit-event.entity.js';\n` },
    refused: 'no door exports an entity: src/audit/index.ts exports AuditEvent',
  },
  {
    what: 'a door that exports an entity by way of another file',
    files: {
      'src/users/detour.ts': `export { User as Detour } from './user.entity.js';\n`,
      'src/users/index.ts': `export { Detour } from './detour.js';\n`,
    },
    refused: 'no door exports an entity: src/users/index.ts exports Detour',
  },
  {
    what: 'a file at the root that reaches into a room',
    files: {
      'src/planted.ts': `import { Sealer } from './sealing/sealer.js';\nexport const planted = Sealer;\n`,
    },
    refused: 'files at src/*.ts import only doors: src/planted.ts → src/sealing/sealer.ts',
  },
  {
    what: 'a cycle',
    files: {
      'src/audit/one.ts': `import { two } from './two.js';\nexport const one = () => two;\n`,
      'src/audit/two.ts': `import { one } from './one.js';\nexport const two = () => one;\n`,
    },
    refused: 'no cycles: src/audit/one.ts → src/audit/two.ts',
  },
  {
    what: 'a file that nothing imports and that imports nothing',
    files: { 'src/audit/orphan.ts': 'export const planted = 1;\n' },
    refused: 'no orphans: src/audit/orphan.ts',
  },
  {
    what: 'a file that only files nobody needs import',
    files: {
      'src/audit/unneeded.ts': `import { other } from './other.js';\nexport const planted = other;\n`,
      'src/audit/other.ts': 'export const other = 1;\n',
    },
    refused: 'nothing that the start does not reach: src/audit/other.ts',
  },
  {
    what: 'a room nobody has said anything about',
    files: { 'src/utils/index.ts': `export { AppConfig } from '../config/index.js';\n` },
    refused: 'utils is not a room',
  },
  {
    what: 'a development dependency in the server',
    files: { 'src/audit/dev.ts': `import request from 'supertest';\nexport const planted = request;\n` },
    refused: 'the server needs no development dependency: src/audit/dev.ts',
  },
];

describe('the check of boundaries between rooms', () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'gatehouse-boundaries-'));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('finds nothing in the tree as it is', async () => {
    const { code, output } = await check(root);
    expect(output).toMatch(/^\d+ modules keep the boundaries$/m);
    expect(code).toBe(0);
  });

  it('refuses to say that all is well when it read too few modules', async () => {
    layOut();
    for (const room of readdirSync(join(copy, 'src'))) {
      if (room !== 'xml') rmSync(join(copy, 'src', room), { recursive: true });
    }
    for (const file of readdirSync(join(copy, 'migrations'))) rmSync(join(copy, 'migrations', file));
    const { code, output } = await check(copy);
    expect(output).toContain('fewer than 50: the check saw nothing');
    expect(code).toBe(1);
  });

  describe('in a tree with planted violations', () => {
    let found: { code: number; output: string };

    beforeAll(async () => {
      layOut();
      for (const { files } of PLANTED) {
        for (const [file, text] of Object.entries(files)) {
          mkdirSync(join(copy, dirname(file)), { recursive: true });
          if (file.endsWith('/index.ts')) appendFileSync(join(copy, file), text);
          else writeFileSync(join(copy, file), text);
        }
      }
      found = await check(copy);
    }, 180_000);

    it.each(PLANTED)('refuses $what', ({ refused }) => {
      expect(found.output).toContain(refused);
      expect(found.code).toBe(1);
    });
  });

  function layOut(): void {
    for (const part of ['src', 'migrations', 'demo', 'package.json']) {
      rmSync(join(copy, part), { recursive: true, force: true });
      if (existsSync(join(root, part))) cpSync(join(root, part), join(copy, part), { recursive: true });
    }
  }
});

function check(tree: string): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [join(root, 'scripts/boundaries.mjs'), tree],
      (_, stdout, stderr) => done({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}
