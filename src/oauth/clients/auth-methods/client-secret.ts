import { digest, equalSecrets } from '../../../sealing/index.js';
import type { Client } from '../client.entity.js';

type Secrets = Pick<Client, 'secretDigest' | 'previousSecretDigest' | 'previousSecretUntil'>;

const NOBODY = Buffer.alloc(32);

/** Whether it is the client's secret, or the one before until the overlap of a rotation ends. Always compares both. */
export function matchesSecret(client: Secrets | undefined, secret: string): boolean {
  const given = digest(secret);
  const current = equalSecrets(given, client?.secretDigest ?? NOBODY);
  const previous = equalSecrets(given, client?.previousSecretDigest ?? NOBODY);
  return current || (previous && (client?.previousSecretUntil?.getTime() ?? 0) > Date.now());
}

/** What a method with a secret has to say about it. */
export function secretRefusal(client: Secrets | undefined, secret: string): string | undefined {
  const matches = matchesSecret(client, secret);
  if (!secret) return 'secret_missing';
  return matches ? undefined : 'wrong_secret';
}
