import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { compactVerify, importJWK, type JWK } from 'jose';
import { adminCall, adminToken, attemptSignIn, connect } from '../support/actors.js';
import { CookieJar, get, type HttpResponse } from '../support/http.js';
import { startServer, temporaryFolder, type TestServer } from '../support/server.js';

const HOSTILE = '=HYPERLINK("http://evil.example","x")';

interface Export {
  id: string;
  state: string;
  events: number;
  bytes: number;
  sha256: string;
  manifest: string;
}

let server: TestServer;
let token: string;

const call = (method: string, path: string, options: object = {}): Promise<HttpResponse> =>
  adminCall(server, method, path, { token, ...options });

async function exported(json: object): Promise<{ made: Export; file: HttpResponse }> {
  const response = await call('POST', '/audit/exports', { json });
  expect([response.status, response.text.slice(0, 300)]).toEqual([201, expect.any(String)]);
  const made = response.json<Export>();
  expect(response.headers['location']).toBe(`/admin/v1/audit/exports/${made.id}`);
  return { made, file: await call('GET', `/audit/exports/${made.id}/download`) };
}

/** The offline verifier, which has neither a database nor a server. */
async function verify(text: string): Promise<{ code: number; said: string }> {
  const file = join(temporaryFolder(), 'export.ndjson');
  writeFileSync(file, text);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/audit-verify.mjs', file], {
      env: {},
    });
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: stdout + stderr };
  }
}

beforeAll(async () => {
  server = await startServer();
  token = await adminToken(server);
  await connect(server);
  await call('POST', '/groups', { json: { name: HOSTILE, roles: [], members: [] } });
  await attemptSignIn(server, new CookieJar(), { email: '+1@example.com', password: 'wrong' });
});

describe('an export of the trail', () => {
  it('is what its manifest says, signed by the key of the trail', async () => {
    const { made, file } = await exported({ format: 'json' });
    expect(file.status).toBe(200);
    expect(createHash('sha256').update(file.text).digest('hex')).toBe(made.sha256);
    expect(Buffer.byteLength(file.text)).toBe(made.bytes);
    expect(file.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': `attachment; filename="audit-${made.id}.ndjson"`,
      'x-content-type-options': 'nosniff',
      'content-length': String(made.bytes),
      'repr-digest': `sha-256=:${Buffer.from(made.sha256, 'hex').toString('base64')}:`,
    });
    const { keys } = (JSON.parse(file.text.split('\n')[0]!) as { trail: { keys: JWK[] } }).trail;
    const { payload, protectedHeader } = await compactVerify(
      made.manifest,
      await importJWK(keys[0]!, 'ES256'),
    );
    expect(protectedHeader.typ).toBe('audit-manifest+jwt');
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({
      export_id: made.id,
      sha256: made.sha256,
      bytes: made.bytes,
      events: made.events,
      format: 'json',
      filters: {},
    });
    expect((await get(`${server.base}/.well-known/audit-checkpoint`)).text).toContain(keys[0]!.kid!);
  });

  it('is accepted by the offline verifier, whole and as a choice, and a changed one is not', async () => {
    const whole = (await exported({ format: 'json' })).file.text;
    expect(await verify(whole)).toMatchObject({ code: 0 });
    const choice = (await exported({ format: 'json', filters: { type_prefix: ['group.'] } })).file.text;
    expect(choice).toContain('group.created');
    expect(choice).not.toContain('"type":"token.issued"');
    expect(await verify(choice)).toMatchObject({ code: 0 });
    const { code, said } = await verify(choice.replace('"result":"allowed"', '"result":"denied"'));
    expect([code === 0, said]).toEqual([false, expect.stringContaining('changed')]);
    expect((await verify(choice.split('\n').slice(0, -2).join('\n'))).code).not.toBe(0);
  });

  it('is the same at every download, whatever has happened since', async () => {
    const { made, file } = await exported({ format: 'ocsf' });
    await call('POST', '/groups', { json: { name: randomUUID(), roles: [], members: [] } });
    const again = await call('GET', `/audit/exports/${made.id}/download`);
    expect(again.text).toBe(file.text);
    expect(JSON.parse(file.text.split('\n')[0]!)).toMatchObject({
      class_uid: expect.any(Number),
      unmapped: {},
    });
  });

  it('as CSV has nothing that a spreadsheet would run', async () => {
    const { made, file } = await exported({ format: 'csv' });
    const lines = file.text.split('\r\n');
    expect(lines.at(-1)).toBe('');
    expect(lines).toHaveLength(made.events + 2);
    expect(lines[0]).toMatch(/^"time","event_id","type"/);
    expect(file.text).toContain('HYPERLINK');
    const cells = lines.flatMap((line) => line.split(/(?<=^|",)"/));
    expect(cells.filter((cell) => /^\s*[=+\-@\t\r]/.test(cell.replace(/^"/, '')))).toEqual([]);
  });

  it('as CEF has one line for each event', async () => {
    const { made, file } = await exported({ format: 'cef', filters: { outcome: ['denied'] } });
    const lines = file.text.trimEnd().split('\n');
    expect(lines).toHaveLength(made.events);
    for (const line of lines)
      expect(line).toMatch(/^CEF:0\|Gatehouse\|Gatehouse\|1\|[a-z_.]+\|[^|]+\|\d+\|rt=\d+ /);
  });

  it('is answered 202 when it need not be waited for, and is there later', async () => {
    const response = await call('POST', '/audit/exports', {
      json: { format: 'json' },
      headers: { prefer: 'respond-async' },
    });
    expect([response.status, response.json().state]).toEqual([202, 'pending']);
    const { id } = response.json();
    for (let n = 0; n < 100; n++) {
      const { state } = (await call('GET', `/audit/exports/${id}`)).json();
      if (state === 'ready') break;
      await new Promise((done) => setTimeout(done, 50));
    }
    expect((await call('GET', `/audit/exports/${id}`)).json()).toMatchObject({
      state: 'ready',
      format: 'json',
    });
    expect((await call('GET', '/audit/exports')).json().items.map((one: Export) => one.id)).toContain(id);
  });

  it('is in the trail when it is asked for and when it is downloaded', async () => {
    const { made } = await exported({ format: 'csv', filters: { tool: 'nothing' } });
    const { items } = (await call('GET', `/audit/events?target=audit_export:${made.id}&sort=time`)).json();
    expect(
      items.map(({ type, details }: { type: string; details: { step: string } }) => [type, details.step]),
    ).toEqual([
      ['audit.exported', 'ordered'],
      ['audit.exported', 'downloaded'],
    ]);
  });

  it.each([
    [{}, 'format'],
    [{ format: 'xlsx' }, 'format'],
    [{ format: 'csv', filters: { nonsense: 1 } }, 'filters.nonsense'],
    [{ format: 'csv', filters: [] }, 'filters'],
    [{ format: 'csv', state: 'ready' }, 'state'],
  ])('is refused as %j', async (json, field) => {
    const response = await call('POST', '/audit/exports', { json });
    expect([response.status, response.json().errors[0].field]).toEqual([400, field]);
  });

  it('is not there for ids that nobody has', async () => {
    for (const path of [randomUUID(), `${randomUUID()}/download`, 'x/download'])
      expect((await call('GET', `/audit/exports/${path}`)).status).toBe(404);
  });
});
