// An OpenID provider for tests, run as a process of its own: `node oidc-peer-process.mjs '{"clients":[…]}'` prints its issuer.
import { createServer } from 'node:http';

const { default: Provider } = await import('oidc-provider');
const accounts = new Map();
const { clients, port = 0 } = JSON.parse(process.argv[2] ?? '{"clients":[]}');

const server = createServer();
await new Promise((listening) => server.listen(port, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients,
  // It would not call this machine, where everything here is.
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
  claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }),
  // Everybody consents to everything.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
});
const answer = provider.callback();

server.on('request', (req, res) => {
  const url = new URL(req.url, issuer);
  if (!url.pathname.startsWith('/interaction/')) return void answer(req, res);
  void interact(req, res, url).catch((error) => res.writeHead(500).end(String(error)));
});

const QUESTION = `<!doctype html><html lang="en"><title>Corporate</title><link rel="icon" href="data:,">
<form><label>Employee <input name="employee" required></label> <button>Sign in</button> <button name="deny" formnovalidate>Cancel</button></form></html>`;

/**
 * Asks who it is, as long as nothing is said. `?login=<claims as JSON>` signs that person in, and `?employee=<name>`
 * one of example.org; `?deny` is the person who changes their mind.
 */
async function interact(req, res, url) {
  if (url.search === '')
    return res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(QUESTION);
  if (url.searchParams.has('deny')) {
    return provider.interactionFinished(req, res, {
      error: 'access_denied',
      error_description: 'No, thanks',
    });
  }
  const { sub, ...claims } = personOf(url.searchParams);
  accounts.set(sub, claims);
  return provider.interactionFinished(
    req,
    res,
    { login: { accountId: sub, amr: claims.amr } },
    { mergeWithLastSubmission: false },
  );
}

function personOf(asked) {
  const employee = asked.get('employee');
  if (employee === null) return JSON.parse(asked.get('login'));
  return { sub: employee, email: `${employee}@example.org`, email_verified: true, name: employee };
}

// The test that started this process is gone when its end of the pipe closes.
process.stdin.resume().on('end', () => process.exit());
process.stdout.write(`${issuer}\n`);
