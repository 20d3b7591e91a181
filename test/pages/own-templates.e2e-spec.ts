import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { authorize, exchange, tokensOf } from '../support/actors.js';
import { formOf, textOf } from '../support/html.js';
import { get } from '../support/http.js';
import { runToExit, startServer, temporaryFolder, type TestServer } from '../support/server.js';
import { until } from '../keys/harness.js';
import { authorizeQuery, signedIn, webClient } from '../oauth/harness.js';

const CONSENT = `<% layout('./layout') %>
<%~ include('./parts/logo') %>
<h1>Acme asks: may <%= it.name(view.client.name) %> in?</h1>
<form method="post" action="<%= config.basePath %>/consent">
<%~ include('./parts/csrf') %>
<%~ include('./parts/hidden') %>
<ul><% for (const group of view.groups) for (const scope of group.scopes) { %><li><%= it.sentence(scope) %></li><% } %></ul>
<p>Goes to <%= it.host(view.redirectHost) %></p>
<button name="decision" value="deny">No</button>
<button name="decision" value="approve">Yes</button>
</form>
`;

function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'parts'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('Templates of the installation', () => {
  let server: TestServer;

  beforeAll(async () => {
    const templates = folderWith({
      'consent.eta': CONSENT,
      'parts/logo.eta': '<p>The logo of Acme</p>',
      'error.eta': '<% layout("./layout") %><p><%= view.nobody.knows %></p>',
      'gatehouse.css': 'body { color: teal }',
    });
    server = await startServer({ config: { brand: { name: 'Acme', templates } } });
  });

  it('ask for consent in the place of the built-in page, with everything that is built in around it', async () => {
    const jar = await signedIn(server);
    const client = await webClient(server, { client_name: 'Claude <b>Code</b>' });
    const query = authorizeQuery(server, client);
    const leaving = await get(`${server.base}/oauth2/authorize?${query}`, { cookies: jar });
    const page = await get(leaving.location!, { cookies: jar });
    expect(textOf(page.text)).toContain('The logo of Acme Acme asks: may Claude <b>Code</b> in?');
    expect(page.text).not.toContain('<b>Code');
    expect(page.text).toMatch(/<title>[^<]* · Acme<\/title>/);
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(formOf(page.text, '/consent').buttons.map(({ value }) => value)).toEqual(['deny', 'approve']);
    const { code, verifier } = await authorize(server, client, { jar });
    expect(tokensOf(await exchange(server, client, code, verifier)).scope).toBe('mcp:tools:read');
  });

  it('leave all other pages as they are', async () => {
    const { inputs } = formOf((await get(`${server.base}/login`)).text, '/login');
    expect(inputs.map(({ name }) => name)).toEqual(['csrf', 'email', 'password']);
  });

  it('that fail lock nobody out: the built-in page is shown, and the log says which one it was', async () => {
    const page = await get(`${server.base}/nothing`);
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(textOf(page.text)).toContain(page.headers['x-decision-id']);
    await until('The log tells it', async () =>
      /"page":"error".*a template in brand.templates fails/.test(server.output()),
    );
  });

  it('may come with a stylesheet', async () => {
    const href = /href="([^"]+gatehouse\.css[^"]+)"/.exec((await get(`${server.base}/login`)).text)![1]!;
    const sheet = await get(server.base + href);
    expect(sheet.text).toBe('body { color: teal }');
    expect(sheet.headers['cache-control']).toContain('immutable');
  });

  it('that cannot be used stop the start, each with a sentence', async () => {
    const wrong = folderWith({ 'consnet.eta': '', 'login.eta': '<% if (%>' });
    const [files, folder] = await Promise.all(
      [wrong, './not-there'].map((templates) => runToExit({ config: { brand: { templates } } })),
    );
    for (const said of [
      'brand.templates has consnet.eta, but there is no such page; there are account-email.eta, ',
      'brand.templates: login.eta cannot be read: Bad template syntax',
    ])
      expect(files!.output).toContain(said);
    expect(folder!.output).toContain('brand.templates is not a folder');
    for (const { code, output } of [files!, folder!]) {
      expect(code).not.toBe(0);
      expect(output).not.toMatch(/^\s+at /m);
    }
  });
});
