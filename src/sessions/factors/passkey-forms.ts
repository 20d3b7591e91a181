import { Injectable } from '@nestjs/common';
import type { Exchange } from '../exchange.js';
import { PasskeyCeremonies } from './passkey-ceremonies.js';
import type { StoredPasskey } from './passkey.js';
import { Passkeys } from './passkeys.js';
import type { Person } from './person.js';
import { Tickets } from './tickets.js';

/** People leave the sign-in page open for a while; a challenge is good once, however long. */
const SECONDS = 1_800;

/** What a page needs to talk to a passkey. */
export interface PasskeyForm {
  /** For the browser, as JSON. */
  readonly options: string;
  /** Comes back with the answer. */
  readonly ticket: string;
}

/** What a challenge to make a passkey was for. */
export interface CreationTicket {
  readonly userId: string;
  readonly userHandle: string;
}

/** Asks browsers for passkeys; the challenge is kept by the page that asks. */
@Injectable()
export class PasskeyForms {
  constructor(
    private readonly ceremonies: PasskeyCeremonies,
    private readonly passkeys: Passkeys,
    private readonly tickets: Tickets,
  ) {}

  get areThere(): boolean {
    return this.ceremonies.isOn;
  }

  /** `undefined` where there are no passkeys. */
  request(
    exchange: Exchange,
    purpose: string,
    allowed: readonly StoredPasskey[] = [],
  ): PasskeyForm | undefined {
    if (!this.ceremonies.isOn) return undefined;
    const { text, ticket } = this.tickets.issue(exchange, `passkey:${purpose}`, {}, SECONDS);
    return { options: this.ceremonies.requestOptions(ticket.nonce, allowed), ticket: text };
  }

  /** The same for one of the passkeys of this person. */
  async requestOf(exchange: Exchange, purpose: string, userId: string): Promise<PasskeyForm | undefined> {
    return this.request(exchange, purpose, await this.passkeys.of(userId));
  }

  /** What a person has; `undefined` where there are no passkeys. */
  async existing(userId: string): Promise<StoredPasskey[] | undefined> {
    return this.ceremonies.isOn ? this.passkeys.of(userId) : undefined;
  }

  /** @throws NotFoundException where there are no passkeys */
  async creation(exchange: Exchange, purpose: string, person: Person): Promise<PasskeyForm> {
    const existing = await this.passkeys.of(person.userId);
    const userHandle = this.passkeys.handleFor(existing);
    const content: CreationTicket = {
      userId: person.userId,
      userHandle: userHandle.toString('base64url'),
    };
    const { text, ticket } = this.tickets.issue(exchange, `passkey:${purpose}`, content, SECONDS);
    const { email, name } = person;
    const options = this.ceremonies.creationOptions({
      challenge: ticket.nonce,
      userHandle,
      email,
      ...(name && { name }),
      existing,
    });
    return { options, ticket: text };
  }
}
