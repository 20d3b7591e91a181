import type { OAuth2ProviderSection } from '../../config/index.js';
import { tryClient } from './client-trial.js';
import { oauth2Client } from './oauth2-client.js';
import { TIMEOUT_SECONDS } from './oidc-client.js';
import type { ProviderFacts, Reach, TestStep } from './provider.js';
import { Trial } from './trial.js';

/** Everything that can be tried at an OAuth 2 provider without a person. */
export async function testOAuth2(
  section: OAuth2ProviderSection,
  reach: Reach,
  { redirectUri }: ProviderFacts,
): Promise<readonly TestStep[]> {
  const trial = new Trial();
  trial.add('configuration', true, 'The settings are complete');
  trial.add('redirect_uri', true, `Register exactly this at the provider: ${redirectUri}`);
  const client = await trial.attempt('endpoints', 'The endpoints', () => oauth2Client(section, reach));
  if (!client) return trial.steps;
  trial.add('pkce', section.pkce, section.pkce ? 'PKCE with S256 is sent' : 'PKCE is turned off');
  await tryUserInfo(trial, section, reach);
  await tryClient(trial, client, redirectUri);
  return trial.steps;
}

async function tryUserInfo(
  trial: Trial,
  { userInfoEndpoint }: OAuth2ProviderSection,
  reach: Reach,
): Promise<void> {
  const status = await trial.attempt('user_info_reachable', 'The user info endpoint', async () => {
    const response = await reach.fetch(userInfoEndpoint, {
      method: 'GET',
      headers: { accept: 'application/json' },
      body: undefined,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1_000),
    });
    return response.status;
  });
  if (status === undefined) return;
  const isGuarded = status === 400 || status === 401 || status === 403;
  trial.add('user_info_guarded', isGuarded, `Without a token it answers ${status}`);
}
