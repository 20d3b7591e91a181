import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { Sealer } from '../../sealing/index.js';
import { CLOCK_SKEW } from '../tokens/used-proofs.js';

const PURPOSE = 'dpop-nonce';

/**
 * Nonces of RFC 9449 §8 that nobody has to remember: a keyed digest of the window of time they were given out in, the
 * same on every replica. Good for that window and the next.
 */
@Injectable()
export class DpopNonces {
  constructor(
    private readonly config: AppConfig,
    private readonly sealer: Sealer,
  ) {}

  current(): string {
    return this.sealer.mac(PURPOSE, String(this.window(0))).toString('base64url');
  }

  /** `ageing`: still good, but a new one is there. */
  judge(nonce: string | undefined): 'good' | 'ageing' | 'stale' {
    if (nonce === undefined || nonce.length > 100) return 'stale';
    const given = Buffer.from(nonce, 'base64url');
    const of = (window: number) => this.sealer.verifyMac(PURPOSE, String(window), given);
    // A replica whose clock is ahead may be in the next window already.
    if (of(this.window(0)) || of(this.window(CLOCK_SKEW))) return 'good';
    return of(this.window(0) - 1) ? 'ageing' : 'stale';
  }

  private window(ahead: number): number {
    return Math.floor((Date.now() / 1_000 + ahead) / this.config.lifetimes.dpopNonce);
  }
}
