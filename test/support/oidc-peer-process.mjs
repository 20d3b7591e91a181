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
  claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
  features: { devInteractions: { enabled: false } },
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

/** `?login=<claims as JSON>` signs that person in; `?deny` is the person who changes their mind. */
async function interact(req, res, url) {
  if (url.searchParams.has('deny')) {
    return provider.interactionFinished(req, res, {
      error: 'access_denied',
      error_description: 'No, thanks',
    });
  }
  const { sub, ...claims } = JSON.parse(url.searchParams.get('login'));
  accounts.set(sub, claims);
  return provider.interactionFinished(
    req,
    res,
    { login: { accountId: sub, amr: claims.amr } },
    { mergeWithLastSubmission: false },
  );
}

// The test that started this process is gone when its end of the pipe closes.
process.stdin.resume().on('end', () => process.exit());
process.stdout.write(`${issuer}\n`);
