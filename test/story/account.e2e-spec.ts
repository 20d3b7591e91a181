import { beforeAll, describe, expect, it } from '@jest/globals';
import { authorizeUrl, callTool, connect, registerClient, signIn } from '../support/actors.js';
import { textOf } from '../support/html.js';
import { CookieJar, get } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  const custom = [
    { name: 'calendar:read', sentence: 'Look at your calendar', group: 'read' },
    { name: 'profile', sentence: 'See who you are at Example', group: 'account' },
  ];
  server = await startServer({ config: { scopes: custom } });
});

describe('The account page', () => {
  it('says which tool an app used last, not which one it was refused', async () => {
    const { tokens, jar } = await connect(server, { scope: 'mcp:tools:read' });
    await callTool(server, tokens.access_token, 'whoami');
    expect((await callTool(server, tokens.access_token, 'notes_add', { title: 'no', body: '' })).status).toBe(
      403,
    );
    const text = textOf((await get(`${server.url}/account`, { cookies: jar })).text);
    expect(text).toMatch(/Last used just now with whoami from/);
    expect(text).toContain('Test client asked for notes_add once Refused');
    expect(text).toContain('Test client used whoami once');
  });
});

describe('What a scope allows', () => {
  const scope = 'mcp:tools:read profile calendar:read';
  const wanted = [
    ['de', 'Ihre Notizen lesen und für Sie nachschlagen'],
    ['en', 'Read your notes and look things up for you'],
  ] as const;

  it.each(wanted)(
    'is said on consent and account in the language of the reader: %s',
    async (language, sentence) => {
      const headers = { 'accept-language': language };
      const client = await registerClient(server);
      const jar = new CookieJar();
      await signIn(server, jar);
      const consent = (await get(authorizeUrl(server, client, { scope }, 'v'.repeat(43)), { cookies: jar }))
        .location!;
      const asked = textOf((await get(consent, { cookies: jar, headers })).text);
      await connect(server, { client, jar, scope });
      const allowed = textOf((await get(`${server.url}/account`, { cookies: jar, headers })).text);
      for (const text of [asked, allowed]) {
        expect(text).toContain(sentence);
        // What the people who run it say themselves stays as they say it.
        expect(text).toContain('Look at your calendar');
        expect(text).toContain('See who you are at Example');
      }
    },
  );
});
