import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Client } from '../clients/client.entity.js';
import { OAuthError } from '../oauth-error.js';
import { BadProof } from './bad-proof.js';
import { DpopProofs } from './dpop-proofs.js';
import type { Proof } from './proof.js';

/** RFC 9449 §5: a proof at the token endpoint says which key the tokens will be bound to. */
@Injectable()
export class DpopAtTokenEndpoint {
  constructor(private readonly proofs: DpopProofs) {}

  /**
   * Before the client is authenticated, so that a client which learns the nonce has spent nothing.
   * @throws OAuthError invalid_dpop_proof, use_dpop_nonce
   */
  read(req: Request): Promise<Proof | undefined> {
    return refusing(() => this.proofs.read(req));
  }

  /**
   * The thumbprint of the key, once the client is known and may ask.
   * @throws OAuthError invalid_dpop_proof
   */
  async bind(client: Client, proof: Proof | undefined): Promise<{ jkt?: string }> {
    if (proof) {
      await refusing(() => this.proofs.spend(proof));
      return { jkt: proof.jkt };
    }
    // RFC 9449 §5.2.
    if (client.dpopBound) throw refusal(new BadProof('client_must_send_a_proof'));
    return {};
  }
}

async function refusing<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw error instanceof BadProof ? refusal(error) : error;
  }
}

const refusal = ({ code, description, reason }: BadProof): OAuthError =>
  new OAuthError(code, description, { reason });
