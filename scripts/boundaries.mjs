// Holds the direction in which rooms of src/ may import each other: node scripts/boundaries.mjs [root of the project]
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';

/** Requests go down through the rooms and never back up; a room that is not named here is refused. */
const MAY_IMPORT = {
  xml: [],
  wire: [],
  config: ['xml'],
  database: ['config'],
  sealing: ['config'],
  idempotency: ['config', 'database', 'sealing'],
  pages: ['config'],
  outbound: ['config'],
  audit: ['config', 'database', 'sealing', 'outbound'],
  throttling: ['config', 'audit'],
  mail: ['config', 'database', 'sealing', 'audit', 'pages'],
  revocation: ['config', 'database', 'audit'],
  keys: ['config', 'database', 'sealing', 'audit', 'revocation'],
  users: ['config', 'database', 'sealing', 'audit', 'revocation', 'keys', 'outbound'],
  sessions: [
    'config',
    'database',
    'sealing',
    'audit',
    'revocation',
    'keys',
    'users',
    'pages',
    'throttling',
    'mail',
  ],
  sso: [
    'xml',
    'config',
    'database',
    'sealing',
    'audit',
    'keys',
    'users',
    'sessions',
    'pages',
    'outbound',
    'throttling',
  ],
  oauth: [
    'wire',
    'config',
    'database',
    'sealing',
    'audit',
    'revocation',
    'keys',
    'users',
    'sessions',
    'pages',
    'throttling',
    'outbound',
  ],
  vault: ['config', 'database', 'sealing', 'audit', 'revocation', 'keys', 'users', 'sessions'],
  account: ['config', 'database', 'audit', 'users', 'sessions', 'oauth', 'vault', 'pages'],
  mcp: ['wire', 'config', 'database', 'sealing', 'audit', 'throttling', 'revocation', 'oauth', 'vault'],
  admin: [
    'config',
    'sealing',
    'throttling',
    'idempotency',
    'audit',
    'revocation',
    'keys',
    'users',
    'sessions',
    'sso',
    'oauth',
    'vault',
    'mcp',
    'scim',
  ],
  scim: ['config', 'database', 'sealing', 'audit', 'throttling', 'users', 'oauth'],
  tools: ['config', 'database', 'audit', 'outbound', 'users', 'oauth', 'vault', 'mcp'],
  console: ['config'],
  cli: [],
  testing: ['config', 'users', 'mcp'],
};

/** Fewer than this means that the parser found nothing and everything would pass. */
const FEWEST_MODULES = 50;

const TREES = ['src', 'migrations', 'demo'];
const SPEC = '\\.spec\\.ts$';
/** Read by browsers, and by nothing of the server but as text. */
const BROWSER = '\\.browser\\.js$';
const DOOR = '^src/[^/]+/index\\.ts$';

function rules() {
  const directions = Object.entries(MAY_IMPORT).map(([room, below]) => ({
    name: `${room} may import only: ${below.join(', ') || 'no other room'}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: '^src/[^/]+/', pathNot: `^src/(${[room, ...below].join('|')})/` },
  }));
  return [
    ...directions,
    forbid(
      'rooms meet at index.ts',
      { path: '^src/([^/]+)/' },
      { path: '^src/[^/]+/', pathNot: [DOOR, '^src/$1/'] },
    ),
    forbid(
      'files at src/*.ts import only doors',
      { path: '^src/[^/]+$' },
      { path: '^src/[^/]+/', pathNot: DOOR },
    ),
    forbid(
      'a room does not import files at src/*.ts',
      { path: '^src/[^/]+/', pathNot: '^src/testing/' },
      { path: '^src/[^/]+$' },
    ),
    forbid(
      'the server does not import what is for tests',
      { path: '^(src|migrations|demo)/', pathNot: ['^src/testing/', SPEC] },
      { path: '^src/testing/' },
    ),
    forbid(
      'only the database room knows the migrations',
      { path: '^src/', pathNot: '^src/database/' },
      { path: '^migrations/' },
    ),
    forbid('migrations import nothing of the server', { path: '^migrations/' }, { path: '^(src|demo)/' }),
    forbid(
      'the server imports neither tests nor the demo',
      { path: '^(src|migrations)/' },
      { path: '^(test|demo|scripts)/' },
    ),
    forbid('the demo imports only doors', { path: '^demo/' }, { path: '^src/', pathNot: DOOR }),
    forbid('no cycles', {}, { circular: true }),
    forbid('no orphans', { orphan: true, pathNot: [SPEC, BROWSER] }, {}),
    forbid(
      'nothing that the start does not reach',
      { path: '^src/main\\.ts$' },
      { path: '^src/', pathNot: [SPEC, BROWSER, '^src/(cli|testing)/'], reachable: false },
    ),
    forbid(
      'nothing that the command line does not reach',
      { path: '^src/cli/main\\.ts$' },
      { path: '^src/cli/', pathNot: SPEC, reachable: false },
    ),
    forbid('no import of a file that is not there', {}, { path: '^[./]', couldNotResolve: true }),
    forbid(
      'the server needs no development dependency',
      { path: '^(src|migrations)/', pathNot: SPEC },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    ),
  ];
}

function forbid(name, from, to) {
  return { name, severity: 'error', from, to };
}

/** @returns {Promise<{ modules: number, violations: string[] }>} */
export async function checkBoundaries(root) {
  const { output } = await cruise(
    TREES.filter((tree) => existsSync(resolve(root, tree))),
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: rules() },
      doNotFollow: { path: 'node_modules' },
      tsPreCompilationDeps: true,
      combinedDependencies: true,
    },
  );
  const own = output.modules.filter(({ source }) => /^(src|migrations|demo)\/.*\.ts$/.test(source));
  const violations = output.summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from}${to === from ? '' : ` → ${to}`}`,
  );
  return {
    modules: own.length,
    violations: [...violations, ...unknownRooms(own), ...exportedEntities(root, own)],
  };
}

function unknownRooms(modules) {
  const rooms = new Set(modules.map(({ source }) => /^src\/([^/]+)\//.exec(source)?.[1]).filter(Boolean));
  return [...rooms]
    .filter((room) => !(room in MAY_IMPORT))
    .map((room) => `${room} is not a room: say in scripts/boundaries.mjs what it may import`);
}

/** What a door exports is followed to where it is declared, through any number of files in between. */
function exportedEntities(root, modules) {
  const ts = createRequire(import.meta.url)('typescript');
  const doors = modules
    .filter(({ source }) => new RegExp(DOOR).test(source))
    .map(({ source }) => resolve(root, source));
  const options = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noLib: true,
    types: [],
  };
  const program = ts.createProgram(doors, options);
  const checker = program.getTypeChecker();
  return doors.flatMap((door) => {
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(door));
    return (symbol ? checker.getExportsOfModule(symbol) : []).flatMap((exported) => {
      const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const home = target.declarations?.[0]?.getSourceFile().fileName ?? '';
      return home.endsWith('.entity.ts')
        ? [`no door exports an entity: ${relative(root, door)} exports ${exported.name}`]
        : [];
    });
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = resolve(process.argv[2] ?? process.cwd());
  const { modules, violations } = await checkBoundaries(root);
  for (const violation of violations) console.error(violation);
  if (modules < FEWEST_MODULES)
    console.error(`Only ${modules} modules were read, fewer than ${FEWEST_MODULES}: the check saw nothing`);
  if (violations.length > 0 || modules < FEWEST_MODULES) process.exitCode = 1;
  else console.log(`${modules} modules keep the boundaries`);
}
