import { Injectable } from '@nestjs/common';
import type { Account } from '../../users/index.js';
import { PASSKEY_ACR } from '../acr.js';
import type { Exchange } from '../exchange.js';
import type { Proof } from '../sessions.service.js';
import { credentialIdOf, PasskeyCeremonies } from './passkey-ceremonies.js';
import type { CreationTicket } from './passkey-forms.js';
import type { MadePasskey, StoredPasskey } from './passkey.js';
import { PasskeyUses } from './passkey-uses.js';
import { Passkeys } from './passkeys.js';
import { Tickets } from './tickets.js';

const DEFAULT_NAME = 'Passkey';

/** What comes back from a page that asked for a passkey. */
export interface PasskeyAnswer {
  readonly ticket?: string | undefined;
  readonly response?: string | undefined;
}

/** Why a passkey lets nobody in, for the audit trail. */
export type PasskeyRefusal =
  | 'passkey_stale'
  | 'passkey_unknown'
  | 'passkey_not_proved'
  | 'passkey_of_another'
  | 'account_disabled'
  | 'provider_only'
  | 'passkey_copied';

export type PasskeyOutcome =
  { readonly account: Account; readonly proof: Proof } | { readonly refusal: PasskeyRefusal };

/** Reads what passkeys answered. Each challenge is good for one answer, right or wrong, at one replica. */
@Injectable()
export class PasskeyProofs {
  constructor(
    private readonly tickets: Tickets,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly passkeys: Passkeys,
    private readonly uses: PasskeyUses,
  ) {}

  /** Who is there. With `userId` it must be that person. */
  async asserted(
    exchange: Exchange,
    purpose: string,
    { ticket, response = '' }: PasskeyAnswer,
    userId?: string,
  ): Promise<PasskeyOutcome> {
    const begun = this.tickets.read(exchange, `passkey:${purpose}`, ticket);
    if (!begun || !(await this.tickets.spend(begun))) return { refusal: 'passkey_stale' };
    const id = credentialIdOf(response);
    const passkey = id && (await this.passkeys.byCredential(id));
    if (!passkey) return { refusal: 'passkey_unknown' };
    if (userId !== undefined && passkey.userId !== userId) return { refusal: 'passkey_of_another' };
    const assertion = await this.ceremonies.asserted(response, begun.nonce, passkey);
    if (!assertion) return { refusal: 'passkey_not_proved' };
    const account = await this.uses.owner(passkey);
    if (!account) return { refusal: 'account_disabled' };
    if (!(await this.uses.count(passkey, assertion, account))) return { refusal: 'passkey_copied' };
    return { account, proof: proofOf(passkey) };
  }

  /** What an authenticator made for this person. */
  async made(
    exchange: Exchange,
    purpose: string,
    { ticket, response = '', name }: PasskeyAnswer & { readonly name?: string | undefined },
    userId: string,
  ): Promise<MadePasskey | undefined> {
    const begun = this.tickets.read<CreationTicket>(exchange, `passkey:${purpose}`, ticket);
    if (begun?.content.userId !== userId || !(await this.tickets.spend(begun))) return undefined;
    const passkey = await this.ceremonies.created(response, begun.nonce);
    const userHandle = Buffer.from(begun.content.userHandle, 'base64url');
    return passkey && { passkey, userHandle, name: name?.trim() || DEFAULT_NAME };
  }
}

/** RFC 8176: a key that stays in its device, or one that its makers keep in step on several. */
export const proofOf = (
  { backupEligible, credentialId }: Pick<StoredPasskey, 'backupEligible' | 'credentialId'>,
  before: readonly string[] = [],
): Proof => ({
  acr: PASSKEY_ACR,
  amr: [...before, backupEligible ? 'swk' : 'hwk', 'user', 'mfa'],
  basis: { passkey: credentialId },
});
