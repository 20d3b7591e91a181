import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isLocal, UpstreamSessions, WaysIn, type SignedIn, type SignInWay } from '../sessions/index.js';
import { IdentitiesService, type Identity } from '../users/index.js';

/** Of two that are taken away at once, the second sees what the first left. */
const HOLD = 'SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE';

/** Takes away a service through which a person signs in. */
@Injectable()
export class Disconnections {
  constructor(
    private readonly dataSource: DataSource,
    private readonly identities: IdentitiesService,
    private readonly ways: WaysIn,
    private readonly upstream: UpstreamSessions,
  ) {}

  /**
   * Takes a sign-in away, and ends what was begun with it elsewhere; the session that asks for it goes on. Returns how
   * people know the service.
   */
  async disconnect(
    person: SignedIn,
    id: string,
  ): Promise<{ provider: string } | 'not_there' | 'last_way_in'> {
    const ways = await this.ways.list();
    const outcome = await this.dataSource.transaction((tx) => this.settle(tx, { person, id, ways }));
    if (typeof outcome === 'string') return outcome;
    await this.upstream.applied();
    return { provider: ways.find((way) => way.id === outcome.provider)?.label ?? outcome.provider };
  }

  private async settle(
    tx: EntityManager,
    { person, id, ways }: { person: SignedIn; id: string; ways: readonly SignInWay[] },
  ): Promise<Identity | 'not_there' | 'last_way_in'> {
    await tx.query(HOLD, [person.userId]);
    const all = await this.identities.of(person.userId, tx);
    const identity = all.find((one) => one.id === id);
    if (!identity) return 'not_there';
    const others = all.filter((one) => one.id !== id && ways.some((way) => way.id === one.provider));
    if (others.length === 0 && !isLocal(await this.ways.ofIn(tx, person.userId, ways))) return 'last_way_in';
    await this.identities.unlink(tx, person.userId, identity);
    const { provider, subject } = identity;
    await this.upstream.end(tx, { provider, subject, except: person.sessionId }, 'sign_in_disconnected');
    return identity;
  }
}
