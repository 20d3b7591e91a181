import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { Exchange } from '../exchange.js';
import type { Person } from './person.js';
import { qrCode, type QrCode } from './qr-code.js';
import { Tickets, type Ticket } from './tickets.js';
import { newTotpSecret, totpStep, totpUri } from './totp.js';

const PURPOSE = 'authenticator';
const SECONDS = 1_800;

interface Offered {
  readonly userId: string;
  readonly secret: string;
}

/** What a page needs to set up an authenticator app. */
export interface AuthenticatorForm {
  readonly qr: QrCode;
  /** For those who type it, in groups. */
  readonly secret: string;
  readonly ticket: string;
}

/** A secret that an app has shown to know. */
export interface ConfirmedSecret {
  readonly secret: string;
  readonly step: number;
}

/** Offers secrets to authenticator apps; nothing is stored before the app has shown a code of it. */
@Injectable()
export class AuthenticatorForms {
  constructor(
    private readonly config: AppConfig,
    private readonly tickets: Tickets,
  ) {}

  offer(exchange: Exchange, person: Person): Promise<AuthenticatorForm> {
    const content = { userId: person.userId, secret: newTotpSecret() };
    const { text, ticket } = this.tickets.issue(exchange, PURPOSE, content, SECONDS);
    return this.form(person, ticket, text);
  }

  /** The same once more, after a wrong code; a new one when the first is too old. */
  async again(exchange: Exchange, person: Person, text: string): Promise<AuthenticatorForm> {
    const ticket = this.read(exchange, person, text);
    return ticket ? this.form(person, ticket, text) : this.offer(exchange, person);
  }

  async confirmed(
    exchange: Exchange,
    person: Person,
    form: { ticket: string; code: string },
  ): Promise<ConfirmedSecret | undefined> {
    const ticket = this.read(exchange, person, form.ticket);
    if (!ticket) return undefined;
    const step = totpStep(ticket.content.secret, form.code);
    if (step === undefined || !(await this.tickets.spend(ticket))) return undefined;
    return { secret: ticket.content.secret, step };
  }

  private read(exchange: Exchange, { userId }: Person, text: string): Ticket<Offered> | undefined {
    const ticket = this.tickets.read<Offered>(exchange, PURPOSE, text);
    return ticket?.content.userId === userId ? ticket : undefined;
  }

  private async form(
    { email }: Person,
    { content: { secret } }: Ticket<Offered>,
    ticket: string,
  ): Promise<AuthenticatorForm> {
    const uri = totpUri(secret, { issuer: this.config.brand.name, account: email });
    return { qr: await qrCode(uri), secret: secret.replace(/(.{4})(?!$)/g, '$1 '), ticket };
  }
}
