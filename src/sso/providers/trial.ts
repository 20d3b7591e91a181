import { SsoFailure } from '../sso-failure.js';
import { oidcFailure } from './oidc-failure.js';
import type { TestStep } from './provider.js';

/** What the codes of failures mean to whoever sets a provider up. */
const WORDS: Readonly<Record<string, string>> = {
  unreachable: 'nothing answers there',
  timeout: 'it does not answer in time',
  tls_failed: 'its certificate is not good',
  url_not_allowed: 'this URL may not be asked: only https, and nothing on this machine',
  endpoint_not_allowed: 'this URL may not be asked: only https, and nothing on this machine',
  address_not_allowed: 'its name leads to an address inside this network, which is not asked',
  busy: 'too much is being asked there at this moment',
  answer_too_large: 'its answer is too large',
  answer_encoded: 'its answer is compressed though that was not asked for',
  answer_malformed: 'its answer is not HTTP',
  provider_error: 'it says that it is out of order',
  issuer_mismatch: 'its document is about another issuer',
  metadata_incomplete: 'its document names no endpoint or keys that are needed',
  response_status_unexpected: 'there is no such document',
  response_not_json: 'its answer is not JSON',
  response_unreadable: 'its answer is not JSON',
  response_invalid: 'its document lacks what every one must have',
};

export const wordsFor = (code: string): string => WORDS[code] ?? `it failed as ${code}`;

/** What is tried at a provider, in its order. */
export class Trial {
  readonly steps: TestStep[] = [];

  add(step: string, ok: boolean | null, detail: string): void {
    this.steps.push({ step, ok, detail });
  }

  /**
   * A step that is passed when `work` does not fail; its result, or `undefined`. `instead` names the step that failed
   * when it is a later one, by the code of the failure.
   */
  async attempt<T>(
    step: string,
    what: string,
    work: () => T | Promise<T>,
    instead: Readonly<Record<string, string>> = {},
  ): Promise<T | undefined> {
    try {
      const result = await work();
      this.add(step, true, `${what}: good`);
      return result;
    } catch (error) {
      const failure = oidcFailure(error);
      if (!(failure instanceof SsoFailure)) throw failure;
      const later = instead[failure.code];
      if (later !== undefined) this.add(step, true, `${what}: good`);
      this.add(later ?? step, false, `${what}: ${wordsFor(failure.code)}`);
      return undefined;
    }
  }
}
