import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AppConfig } from '../../config/index.js';
import { headerValues } from '../../wire/index.js';
import { CLOCK_SKEW, UsedProofs } from '../tokens/used-proofs.js';
import { BadProof } from './bad-proof.js';
import { DpopNonces } from './dpop-nonces.js';
import { normalHtu } from './htu.js';
import { readProof, type Proof } from './proof.js';

/** How old a proof may be, in seconds. */
const MAX_AGE = 60;

/** DPoP proofs of requests (RFC 9449 §4.3). */
@Injectable()
export class DpopProofs {
  constructor(
    private readonly config: AppConfig,
    private readonly nonces: DpopNonces,
    private readonly used: UsedProofs,
  ) {}

  /**
   * The proof of a request after every check but single use; `undefined` when it brings none. A nonce that the client
   * should use from now on is put on the answer.
   * @throws BadProof
   */
  async read(req: Request): Promise<Proof | undefined> {
    const [value, ...more] = headerValues(req.rawHeaders, 'dpop');
    if (value === undefined) return undefined;
    if (more.length > 0) throw new BadProof('two_proofs');
    const proof = await readProof(value);
    if (proof.htm !== req.method) throw new BadProof('proof_of_another_method');
    const htu = normalHtu(proof.htu);
    if (htu === undefined || !this.urlsOf(req).includes(htu)) throw new BadProof('proof_of_another_url');
    this.checkNonce(req, proof);
    const age = Date.now() / 1_000 - proof.iat;
    if (age > MAX_AGE) throw new BadProof('proof_too_old');
    if (age < -CLOCK_SKEW) throw new BadProof('proof_of_the_future');
    return proof;
  }

  /**
   * Single use, over all replicas. The last check: only what is good may be remembered.
   * @throws BadProof
   */
  async spend({ jkt, jti, iat }: Proof): Promise<void> {
    const first = await this.used.claim('dpop', { issuer: jkt, jti, expiresAt: iat + MAX_AGE });
    if (!first) throw new BadProof('proof_replayed');
  }

  private checkNonce(req: Request, { nonce }: Proof): void {
    if (!this.config.policies.clients.dpop_nonce) return;
    const verdict = this.nonces.judge(nonce);
    // RFC 9449 §8.2: an answer with a nonce is not to be cached.
    if (verdict !== 'good')
      req.res?.set({ 'DPoP-Nonce': this.nonces.current(), 'Cache-Control': 'no-store' });
    if (verdict === 'stale')
      throw new BadProof(
        nonce === undefined ? 'proof_without_nonce' : 'proof_with_stale_nonce',
        'use_dpop_nonce',
      );
  }

  /** What a client may call the URL of this request, by the public URL: a proxy may have changed host and path. */
  private urlsOf({ path }: Request): (string | undefined)[] {
    const { publicUrl, origin } = this.config;
    // The aliases of MCP's 2025-03-26 revision are at the origin, whatever the path of the public URL.
    return [publicUrl, ...(path === '/token' ? [origin] : [])].map((base) => normalHtu(base + path));
  }
}
