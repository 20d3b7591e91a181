import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../../audit/index.js';
import { digest, newToken } from '../../sealing/index.js';
import { changeOf } from './client-differences.js';
import { usesSecret } from './client-origin.js';
import { isSelfMade } from './client-trust.js';
import { clientViewOf, type ClientView } from './client-view.js';
import { ClientWriter, lockedClient } from './client-writer.js';
import { Client } from './client.entity.js';

interface By {
  readonly actor: Actor;
  readonly reason?: string;
}

/** Who asks for a new secret; `check` throws when they may not, and sees the client as nobody changes it meanwhile. */
export interface SecretAsked {
  readonly actor: Actor;
  readonly check: (client: ClientView) => void;
}

export interface RotatedSecret {
  readonly client: ClientView;
  /** Shown once; `undefined` for a client that has no secret. */
  readonly secret?: string;
}

/** What operators decide about a client; suspension is an ending and stands with the others. */
@Injectable()
export class ClientDecisions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writer: ClientWriter,
  ) {}

  async approve(id: string, by: By): Promise<ClientView | undefined> {
    return this.decide(id, by, {
      type: 'client.approved',
      to: ({ trustState }) => (trustState === 'approved' ? undefined : 'approved'),
    });
  }

  /** What made itself has to be approved again: nobody remembers who it was before. */
  async reinstate(id: string, by: By): Promise<ClientView | undefined> {
    return this.decide(id, by, {
      type: 'client.reinstated',
      to: (client) => {
        if (client.trustState !== 'suspended') return undefined;
        return isSelfMade(client) ? 'quarantined' : 'approved';
      },
    });
  }

  /** A new secret; the one before is good until the overlap is over, the one before that not any more. */
  async rotateSecret(
    id: string,
    overlapSeconds: number,
    { actor, check }: SecretAsked,
  ): Promise<RotatedSecret | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const client = await lockedClient(tx, id);
      if (!client) return undefined;
      check(clientViewOf(client));
      if (!usesSecret(client.authMethod)) return { client: clientViewOf(client) };
      const secret = newToken('gh_cs_');
      const now = Date.now();
      const overlap = overlapSeconds > 0 && client.secretDigest !== null;
      const fields = {
        secretDigest: digest(secret),
        previousSecretDigest: overlap ? client.secretDigest : null,
        previousSecretUntil: overlap ? new Date(now + overlapSeconds * 1_000) : null,
        updatedAt: new Date(now),
      };
      await tx.update(Client, { id }, fields);
      const after = Object.assign(new Client(), client, fields);
      await this.writer.record(tx, 'client.secret_rotated', client, {
        actor,
        change: changeOf(client, after),
        details: { previous_secret_until: fields.previousSecretUntil?.toISOString() ?? null },
      });
      return { client: clientViewOf(after), secret };
    });
  }

  private async decide(
    id: string,
    by: By,
    decision: {
      type: 'client.approved' | 'client.reinstated';
      to: (client: Client) => 'approved' | 'quarantined' | undefined;
    },
  ): Promise<ClientView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const client = await lockedClient(tx, id);
      if (!client) return undefined;
      const trustState = decision.to(client);
      if (!trustState) return clientViewOf(client);
      const fields = { trustState, suspendedAt: null, updatedAt: new Date() };
      await tx.update(Client, { id }, fields);
      const after = Object.assign(new Client(), client, fields);
      await this.writer.record(tx, decision.type, client, {
        actor: by.actor,
        change: changeOf(client, after),
        details: { before: client.trustState, after: trustState, ...(by.reason && { reason: by.reason }) },
      });
      return clientViewOf(after);
    });
  }
}
