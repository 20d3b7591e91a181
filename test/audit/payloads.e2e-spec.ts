import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCall, adminToken, attemptSignIn, callTool, connect } from '../support/actors.js';
import { CookieJar, type HttpResponse } from '../support/http.js';
import { NO_MAILBOX } from '../support/mailbox.js';
import { ADMIN_EMAIL, startServer, temporaryFolder, type TestServer } from '../support/server.js';

interface Event {
  event_id: string;
  type: string;
  user_id?: string;
  privacy?: { payload_digest: string; key_id: string; fields: string[] };
  [member: string]: unknown;
}

const CANARY = 'canary-of-a-note-5512';
const FORMATS = ['json', 'ocsf', 'csv', 'cef'];

let server: TestServer;
let token: string;

const call = (method: string, path: string, json?: object, as = token): Promise<HttpResponse> =>
  adminCall(server, method, path, { token: as, ...(json && { json }) });

async function events(query: string): Promise<Event[]> {
  const response = await call('GET', `/audit/events?limit=200&${query}`);
  expect([response.status, response.text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  return response.json<{ items: Event[] }>().items;
}
const last = async (query: string): Promise<Event> => (await events(query))[0]!;

const open = (event: Event, reason = ''): Promise<HttpResponse> =>
  call('GET', `/audit/events/${event.event_id}/payload${reason && `?reason=${encodeURIComponent(reason)}`}`);

async function person(email: string): Promise<string> {
  const response = await call('POST', '/users', { email, name: `Name of ${email}` });
  expect([response.status, response.text.slice(0, 300)]).toEqual([201, expect.any(String)]);
  return response.json<{ id: string }>().id;
}

async function exported(format: string): Promise<string> {
  const { id } = (await call('POST', '/audit/exports', { format })).json<{ id: string }>();
  return (await call('GET', `/audit/exports/${id}/download`)).text;
}

/** The offline verifier, which has neither a database nor a server. */
async function verified(text: string): Promise<string> {
  const file = join(temporaryFolder(), 'export.ndjson');
  writeFileSync(file, text);
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/audit-verify.mjs', file], {
    env: {},
  });
  return stdout;
}

beforeAll(async () => {
  server = await startServer({ config: { mail: NO_MAILBOX } });
  token = await adminToken(server);
});

describe('what is personal in an event', () => {
  it('is sealed beside it: no list, export or log has it, and who may opens it in the shape of the event', async () => {
    const email = 'sealed.person@example.com';
    const id = await person(email);
    const event = await last(`target=${id}&type=user.account.created`);
    expect(event.privacy).toEqual({
      payload_digest: expect.stringMatching(/^[\w-]{43}$/),
      key_id: expect.any(String),
      fields: ['targets[].display', 'change.patch[].value', 'change.after_hash'],
    });
    expect(event).toMatchObject({ targets: [{ type: 'user', id }], change: { before_hash: null } });
    const opened = await open(event, 'a complaint');
    expect([opened.status, opened.text.includes(email)]).toEqual([200, true]);
    const { payload, fields } = opened.json();
    expect(fields).toEqual(event.privacy!.fields);
    expect(payload.targets).toEqual([{ display: email }]);
    const shown = [await events('type_prefix=user.'), ...(await Promise.all(FORMATS.map(exported)))];
    for (const text of [JSON.stringify(shown), server.output()]) expect(text).not.toContain(email);
  });

  it('is sealed of sign-ins that failed, too, which name the account that was meant by its id', async () => {
    await attemptSignIn(server, new CookieJar(), { password: 'wrong' });
    await attemptSignIn(server, new CookieJar(), { email: 'nobody@example.com', password: 'wrong' });
    const [unknown, known] = await events('type=auth.login.failed');
    expect(unknown).not.toHaveProperty('user_id');
    expect(JSON.stringify([unknown, known])).not.toContain('@example.com');
    await connect(server);
    const { user_id: admin } = await last('type=auth.login.succeeded');
    expect(known!.user_id).toBe(admin);
    expect((await open(known!)).json().payload).toEqual({ details: { email: ADMIN_EMAIL } });
    expect((await open(unknown!)).json().payload).toEqual({ details: { email: 'nobody@example.com' } });
  });

  it('is told by the catalogue, member by member', async () => {
    const { items } = (await call('GET', '/audit/event-types')).json<{
      items: { type: string; pii_fields: string[]; sealed_fields: string[]; payload_is_brief: boolean }[];
    }>();
    const called = items.find(({ type }) => type === 'mcp.tool.called')!;
    expect(called).toMatchObject({ sealed_fields: ['actor.display', 'tool.args'], payload_is_brief: true });
    for (const { pii_fields: pii, sealed_fields: sealed } of items)
      expect(pii).toEqual(expect.arrayContaining(sealed));
  });
});

describe('the arguments of a tool call', () => {
  it('are sealed whole, but for what is a secret, and stand nowhere else', async () => {
    const { tokens } = await connect(server, { scope: 'mcp:tools:execute' });
    const args = { text: CANARY, password: 'canary-of-a-password-5513' };
    await callTool(server, tokens.access_token, 'notes_add', args);
    const decision = (await events('type=mcp.tool.called')).at(-1)!;
    expect(decision.privacy!.fields).toContain('tool.args');
    const { payload } = (await open(decision)).json();
    expect(payload.tool.args).toEqual({ text: CANARY, password: '[redacted]' });
    const shown = [await events(''), ...(await Promise.all(FORMATS.map(exported)))];
    for (const text of [JSON.stringify(shown), server.output()]) expect(text).not.toContain('canary-of-a-');
  });
});

describe('GET /audit/events/{id}/payload', () => {
  it('asks for a scope of its own, and is an event with the reason before it answers', async () => {
    await connect(server);
    const event = await last('type=auth.login.succeeded');
    const reader = await adminToken(server, 'admin:audit:read');
    expect((await call('GET', `/audit/events/${event.event_id}/payload`, undefined, reader)).status).toBe(
      403,
    );
    const before = (await events('type=audit.payload.unsealed')).length;
    expect((await open(event, 'a complaint, again')).status).toBe(200);
    const found = await events('type=audit.payload.unsealed');
    expect(found.length).toBe(before + 1);
    expect(found[0]).toMatchObject({
      reason: 'a complaint, again',
      user_id: event.user_id,
      targets: [{ type: 'audit_event', id: event.event_id }],
      details: { event_id: event.event_id, event_type: event.type, fields: event.privacy!.fields },
    });
  });

  it('is 404 for an event that is none and for one of which nothing is sealed', async () => {
    await events('type_prefix=user.');
    const bare = await last('type=audit.searched');
    for (const [id, detail] of [
      [randomUUID(), 'No such thing'],
      [bare.event_id, 'Nothing of this event is sealed: all there is stands in it'],
    ])
      expect((await call('GET', `/audit/events/${id}/payload`)).json()).toMatchObject({
        status: 404,
        detail,
      });
  });
});

describe('an erasure', () => {
  it('destroys the keys of a person: payloads are gone, the pseudonym is found, and the trail verifies', async () => {
    const id = await person('erased@example.com');
    const other = await person('other@example.com');
    const [created, ofOther] = [await last(`target=${id}`), await last(`target=${other}`)];
    const before = await exported('json');
    const tried = await call('POST', `/users/${id}/erasure?dry_run=true`, {});
    expect(tried.json()).toMatchObject({ dry_run: true, answer: { erased: true, keys: 1 } });
    expect((await open(created)).status).toBe(200);
    const done = await call('POST', `/users/${id}/erasure`, { reason: 'article 17', ticket: 'DPO-4' });
    expect([done.status, done.json()]).toEqual([200, { erased: true, keys: 1, has_account: true }]);
    expect(await last('type=audit.subject.erased')).toMatchObject({
      user_id: id,
      reason: 'article 17',
      ticket: 'DPO-4',
      details: { keys: 1 },
    });
    expect((await open(created)).json()).toMatchObject({ status: 410, code: 'gone', gone: 'erased' });
    expect((await open(ofOther)).status).toBe(200);
    expect((await events(`target=${id}`)).map(({ event_id: one }) => one)).toContain(created.event_id);
    expect((await call('POST', '/audit/verify', {})).json()).toMatchObject({ ok: true });
    for (const text of [before, await exported('json')]) expect(await verified(text)).toMatch(/^OK: /m);
    const again = await call('POST', `/users/${id}/erasure`, {});
    expect([again.status, again.json()]).toEqual([200, { erased: false, keys: 0, has_account: true }]);
  });

  it('leaves what is told of the person later readable, under a new key', async () => {
    const id = await person('goes.on@example.com');
    const first = await last(`target=${id}`);
    await call('POST', `/users/${id}/erasure`, {});
    await call('POST', `/users/${id}/invite`, {});
    const invited = await last(`type=user.account.invited&user_id=${id}`);
    expect(invited.privacy!.key_id).not.toBe(first.privacy!.key_id);
    expect((await open(invited)).status).toBe(200);
  });

  it('is for somebody who was deleted, too, and 404 for somebody nobody knows', async () => {
    const bearer = (await call('POST', '/scim-tokens', { note: 'hr' })).json<{ token: string }>().token;
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/scim+json' };
    const scim = (method: string, path: string, body?: object) =>
      fetch(`${server.base}/scim/v2/Users${path}`, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
    const made = await scim('POST', '', {
      userName: 'left@example.com',
      emails: [{ value: 'left@example.com' }],
    });
    const { id } = (await made.json()) as { id: string };
    expect((await scim('DELETE', `/${id}`)).status).toBe(204);
    const deleted = await last(`type=user.account.deleted&user_id=${id}`);
    expect((await open(deleted)).text).toContain('left@example.com');
    const done = await call('POST', `/users/${id}/erasure`, {});
    expect(done.json()).toEqual({ erased: true, keys: 1, has_account: false });
    expect((await open(deleted)).status).toBe(410);
    expect((await call('POST', `/users/${randomUUID()}/erasure`, {})).status).toBe(404);
  });

  it('is refused while a legal hold is on the person, which has a reason and leaves events', async () => {
    const id = await person('held@example.com');
    expect((await call('POST', `/users/${id}/legal-hold`, {})).status).toBe(400);
    const set = await call('POST', `/users/${id}/legal-hold`, { reason: 'a lawsuit', ticket: 'LAW-1' });
    const hold = { user_id: id, reason: 'a lawsuit', ticket: 'LAW-1' };
    expect([set.status, set.json()]).toEqual([200, expect.objectContaining(hold)]);
    expect((await call('GET', `/users/${id}/legal-hold`)).json()).toMatchObject(hold);
    const refused = await call('POST', `/users/${id}/erasure`, {});
    expect(refused.json()).toMatchObject({ status: 409, code: 'conflict', legal_hold: hold });
    expect((await open(await last(`target=${id}&type=user.account.created`))).status).toBe(200);
    expect((await call('DELETE', `/users/${id}/legal-hold`, { reason: 'settled' })).status).toBe(200);
    expect((await call('GET', `/users/${id}/legal-hold`)).status).toBe(404);
    expect((await call('POST', `/users/${id}/erasure`, {})).json()).toMatchObject({ erased: true });
    expect(await last(`type=audit.legal_hold.set&user_id=${id}`)).toMatchObject({ reason: 'a lawsuit' });
    expect(await last(`type=audit.legal_hold.lifted&user_id=${id}`)).toMatchObject({ reason: 'settled' });
  });
});
