import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig, isLoopbackHost, type SmtpSection } from '../config/index.js';
import type { RenderedLetter } from './render.js';

const CONNECT_MS = 10_000;
const SOCKET_MS = 15_000;

interface Sender {
  sendMail(message: object): Promise<unknown>;
}

/** Sends a letter: by SMTP, or into the log where this server is only looked at. */
@Injectable()
export class MailTransport implements OnApplicationBootstrap {
  private readonly logger = new Logger('mail');
  private sender: Promise<Sender> | undefined;

  constructor(private readonly config: AppConfig) {}

  get isThere(): boolean {
    return this.config.mail.smtp !== undefined || this.prints;
  }

  onApplicationBootstrap(): void {
    if (!this.isThere && this.config.policies.localAccounts)
      this.logger.warn('mail is not configured: there are no invitations, and no password resets');
  }

  async send(to: string, letter: RenderedLetter): Promise<void> {
    if (this.prints) {
      const { subject, text } = letter;
      this.logger.warn({ to, subject, text }, 'mail is not configured; this letter would have been sent');
      return;
    }
    const { from } = this.config.mail;
    this.sender ??= senderOf(this.config.mail.smtp!);
    await (
      await this.sender
    ).sendMail({
      from,
      to: { name: '', address: to },
      ...letter,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Links that let people in do not belong in a log that matters. */
  private get prints(): boolean {
    return this.config.mail.smtp === undefined && this.config.embedded && !this.config.production;
  }
}

/** Loaded with the first letter: many servers never send one. */
async function senderOf({ host, port, secure, requireTls, user, password }: SmtpSection): Promise<Sender> {
  const { default: nodemailer } = await import('nodemailer');
  return nodemailer.createTransport({
    host,
    port,
    secure,
    requireTLS: !secure && requireTls && !isLoopbackHost(host),
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
  });
}
