// A main of an installer's own: the server with a claims hook, a subject hook and keys that are elsewhere.
import { createHash } from 'node:crypto';
import { start } from '../../../dist/src/start.js';
import { KeyService } from './key-service.mjs';

class Claims {
  async getTokenClaims(user, client, scopes, resource) {
    if (client.name === 'Fails') throw new Error('The directory is away');
    if (client.name === 'Too much') return { blob: 'x'.repeat(10_000) };
    return {
      tenant: user ? `tenant-of-${user.email}` : 'machines',
      asked_for: scopes.join(','),
      audience_seen: resource,
      client_seen: client.id,
      ...(resource.endsWith('/mcp') && {
        mcp: {
          session: user?.sessionId,
          capabilities: scopes.filter((scope) => scope.startsWith('mcp:')).map((scope) => scope.slice(4)),
          user: { roles: user?.roles },
        },
      }),
      // None of these may get through.
      ...{
        iss: 'https://evil.example',
        sub: 'root',
        aud: 'everywhere',
        exp: 1,
        scope: 'admin:users',
        rev: 999_999,
      },
      ...{
        gid: 'another',
        uid: 'another',
        act: { sub: 'x' },
        cnf: { jkt: 'x' },
        client_id: 'other',
        jti: 'mine',
      },
    };
  }
}

class Pairwise {
  subjectOf(userId, client) {
    return createHash('sha256').update(`${userId}|${client.id}`).digest('base64url');
  }
}

await start({ tokenClaims: Claims, subjects: Pairwise, keyCustody: KeyService });
