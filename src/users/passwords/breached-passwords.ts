import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { OutboundHttp, OutboundRefused } from '../../outbound/index.js';

const PREFIX = 5;
const MAX_BYTES = 512 * 1_024;
const TIMEOUT_MS = 2_000;

/** Asks a service whether a password is among those that became public, without telling it which one (k-anonymity). */
@Injectable()
export class BreachedPasswords {
  constructor(
    private readonly config: AppConfig,
    private readonly http: OutboundHttp,
    private readonly audit: AuditLog,
  ) {}

  /** A service that does not answer keeps nobody from choosing a password; that is in the trail. */
  async has(password: string): Promise<boolean> {
    const range = this.config.policies.passwords.breachedRange;
    if (range === undefined) return false;
    // SHA-1 is what the service is indexed by; nothing is protected with it.
    const sha1 = createHash('sha1').update(password.normalize('NFKC')).digest('hex').toUpperCase();
    try {
      return occursIn(await this.ask(range + sha1.slice(0, PREFIX)), sha1.slice(PREFIX));
    } catch (error) {
      if (!(error instanceof OutboundRefused)) throw error;
      await this.audit.decide({
        type: 'user.password.unchecked',
        outcome: { result: 'error', reason: error.reason },
      });
      return false;
    }
  }

  private async ask(url: string): Promise<string> {
    const { status, body } = await this.http.send(url, {
      method: 'GET',
      // Every answer is padded to the same size, so that its length does not tell the prefix.
      headers: { 'add-padding': 'true', accept: 'text/plain' },
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
    });
    if (status !== 200) throw new OutboundRefused('answer_malformed');
    return body;
  }
}

/** Lines of `<the rest of a SHA-1>:<how often it was seen>`; padding was never seen. */
export function occursIn(answer: string, suffix: string): boolean {
  return answer.split(/\r?\n/).some((line) => {
    const [found = '', count = ''] = line.split(':');
    return found.toUpperCase() === suffix && Number(count) > 0;
  });
}
