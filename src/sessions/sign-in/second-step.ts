import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import type { Account, Authenticated } from '../../users/index.js';
import { Cookies } from '../cookies.js';
import type { Exchange } from '../exchange.js';
import { Tickets, type Ticket } from '../factors/tickets.js';
import type { Proof } from '../sessions.service.js';
import { SecondStepPeople } from './second-step-people.js';

const COOKIE = 'gatehouse_second';
const PURPOSE = 'second-step';

interface Begun {
  readonly userId: string;
  /** Of the password that was right: once it is another, this is worth nothing. */
  readonly mark: string;
}

/** A person whose password was right, and who is not in yet. */
export interface HalfSignedIn {
  readonly account: Account;
  readonly ticket: Ticket<Begun>;
}

/** Between the password and the session: who has shown the first is known to this browser alone, for minutes, once. */
@Injectable()
export class SecondStep {
  constructor(
    private readonly config: AppConfig,
    private readonly cookies: Cookies,
    private readonly tickets: Tickets,
    private readonly people: SecondStepPeople,
  ) {}

  begin(exchange: Exchange, { account, mark }: Authenticated): void {
    const seconds = this.config.lifetimes.secondStep;
    const { text } = this.tickets.issue(exchange, PURPOSE, { userId: account.id, mark }, seconds);
    this.cookies.set(exchange.res, COOKIE, text, seconds);
  }

  async find(exchange: Exchange): Promise<HalfSignedIn | undefined> {
    const text = this.cookies.read(exchange.req, COOKIE);
    const ticket = this.tickets.read<Begun>(exchange, PURPOSE, text);
    const account = ticket && (await this.people.stillThere(ticket.content));
    return account && { account, ticket };
  }

  /** Takes the first step as done; false when it was taken before. */
  take({ res }: Exchange, { ticket }: HalfSignedIn): Promise<boolean> {
    this.cookies.clear(res, COOKIE);
    return this.tickets.spend(ticket);
  }

  /** False when the first step is worth nothing any more. */
  letIn(exchange: Exchange, { account, ticket }: HalfSignedIn, proof: Proof): Promise<boolean> {
    const basis = { ...proof.basis, mark: ticket.content.mark };
    return this.people.letIn(exchange, account, { ...proof, basis });
  }

  /** Whether the first step is worth something still, and until the transaction ends. */
  holds(tx: EntityManager, { ticket }: HalfSignedIn): Promise<boolean> {
    return this.people.hold(tx, ticket.content);
  }
}
