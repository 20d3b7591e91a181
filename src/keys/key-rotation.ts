import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig, ConfigError } from '../config/index.js';
import { KeyUnusable } from './key-custody.js';
import { dueSteps, type PlannedKey, type RotationPolicy, type Step } from './key-plan.js';
import { KeyRing } from './key-ring.js';
import { KeyStore } from './key-store.js';
import { leastAnnouncement, PROPAGATION } from './key-times.js';
import type { SigningKey } from './signing-key.entity.js';

/** Does what is due by policy, in one transaction and by one replica at a time. */
@Injectable()
export class KeyRotation {
  private readonly logger = new Logger('keys');
  private readonly policy: RotationPolicy;

  constructor(
    config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly store: KeyStore,
    private readonly ring: KeyRing,
  ) {
    const { keys } = config.policies;
    this.policy = {
      algorithms: config.signingAlgorithms,
      rotateEvery: keys.rotateEvery,
      announce: keys.announce,
      leastAnnouncement: leastAnnouncement(keys),
      propagation: PROPAGATION,
    };
  }

  /**
   * Replicas that start at once on an empty database make the first keys once.
   * @throws ConfigError when a key cannot be opened: a new one in its place would silently end every token.
   */
  async start(): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await this.store.lock(tx);
      await this.reseal(tx);
      await this.carryOut(tx);
    });
  }

  /** As far as this replica knows. */
  isDue(): boolean {
    return this.due(this.ring.keys(), this.ring.now).length > 0;
  }

  /** Nothing when another replica is at it. */
  async doWhatIsDue(): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      if (await this.store.tryLock(tx)) await this.carryOut(tx);
    });
  }

  private async reseal(tx: EntityManager): Promise<void> {
    const problems: string[] = [];
    for (const key of await this.store.signing(tx)) {
      try {
        await this.store.reseal(tx, key);
      } catch (error) {
        if (!(error instanceof KeyUnusable)) throw error;
        problems.push(error.message);
      }
    }
    if (problems.length > 0) throw new ConfigError(problems);
  }

  /** No replica signs with a key that another does not publish yet. */
  private due(keys: readonly PlannedKey[], now: Date): Step[] {
    const steps = dueSteps(keys, this.policy, now);
    return steps.filter((step) => step.do !== 'activate' || this.ring.isEverywhere(step.kid));
  }

  private async carryOut(tx: EntityManager): Promise<void> {
    const keys = await this.store.signing(tx);
    const byKid = new Map(keys.map((key) => [key.kid, key]));
    for (const step of this.due(keys, await this.store.now(tx))) {
      this.logger.log(`Key rotation: ${await this.take(tx, step, byKid)}`);
    }
  }

  /** Answers what was done, for the log. */
  private async take(tx: EntityManager, step: Step, keys: ReadonlyMap<string, SigningKey>): Promise<string> {
    switch (step.do) {
      case 'create': {
        const made = await this.store.create(tx, step.alg);
        return `made the ${step.alg} key ${made.kid}`;
      }
      case 'announce': {
        const made = await this.store.announce(tx, step.alg, step.activateAt);
        return `announced the ${step.alg} key ${made.kid}, to sign from ${step.activateAt.toISOString()}`;
      }
      case 'activate':
        if (step.retire !== undefined) await this.store.retire(tx, keys.get(step.retire)!);
        await this.store.activate(tx, keys.get(step.kid)!);
        return `${step.kid} signs now${step.retire === undefined ? '' : ` instead of ${step.retire}`}`;
      case 'retire':
        await this.store.retire(tx, keys.get(step.kid)!);
        return `retired ${step.kid}`;
    }
  }
}
