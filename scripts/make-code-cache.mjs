// After the bundle: what V8 compiles of the server in a start and a few requests, kept beside it for the next starts. It
// serves only the Node and the flags it was made with; the flags are the arguments.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSIDE = '--inside';

/** Of what most servers are asked most, something from each room. */
const PATHS = [
  '/health/ready',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-protected-resource/mcp',
  '/oauth2/jwks',
  '/login',
  '/oauth2/authorize?client_id=ops&response_type=code',
  '/admin/v1/users',
  '/admin/v1/clients',
  '/admin/v1/audit/events',
  '/mcp',
];

if (process.argv[2] === INSIDE) await make();
else await runInside(process.argv.slice(2));

/** In a process of its own: with those flags, with no settings but these, and quietly. Without it all goes on, slower. */
async function runInside(flags) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-code-'));
  const port = String(await freePort());
  const secret = randomBytes(32).toString('hex');
  const env = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATA_DIR: join(folder, 'data'),
    BOOTSTRAP_ADMIN_EMAIL: 'admin@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: secret,
    BOOTSTRAP_CLIENT_ID: 'ops',
    BOOTSTRAP_CLIENT_SECRET: secret,
  };
  const argv = [...flags, fileURLToPath(import.meta.url), INSIDE];
  const child = spawn(process.execPath, argv, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const code = await new Promise((done) => child.once('close', (ended) => done(ended ?? 1)));
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) console.error(`What V8 compiles of the server could not be kept:\n${output}`);
}

async function make() {
  const { loadServer } = await import(new URL('../dist/bundle/server/load.js', import.meta.url).href);
  const { script, cacheFile, run } = loadServer();
  const app = await run().start();
  await ask(process.env);
  const making = `${cacheFile}.${process.pid}`;
  writeFileSync(making, script.createCachedData());
  renameSync(making, cacheFile);
  await app.close();
  process.exit(0);
}

async function ask({ PUBLIC_URL: url, BOOTSTRAP_CLIENT_ID: id, BOOTSTRAP_CLIENT_SECRET: secret }) {
  const granted = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    },
    body: 'grant_type=client_credentials',
  });
  if (granted.status !== 200) throw new Error(`No token: ${granted.status} ${await granted.text()}`);
  const { access_token: token } = await granted.json();
  for (const path of PATHS) {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    await answer.arrayBuffer();
  }
}

function freePort() {
  const probe = createServer();
  return new Promise((done) => {
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
