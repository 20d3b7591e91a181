import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import {
  IdentityProviderChanges,
  SettingsRefused,
  type ProviderView,
  type RawSettings,
} from '../sso/index.js';
import { AdminProblem, found, invalidField } from './admin-problem.js';
import type { Operator } from './admin-request.js';
import { checkTag } from './etag.js';
import { etagOf } from './identity-provider-etag.js';

/** Changes to identity providers as this API answers them. */
@Injectable()
export class IdentityProviderEdits {
  constructor(
    private readonly config: AppConfig,
    private readonly changes: IdentityProviderChanges,
  ) {}

  /** @throws AdminProblem */
  async create(id: string, settings: RawSettings, { actor }: Operator): Promise<ProviderView> {
    const made = await this.settled(() => this.changes.create(id, settings, { actor }));
    if (!made) throw invalidField('id', 'is the id of another provider');
    return made;
  }

  /** @throws AdminProblem */
  async change(id: string, settings: RawSettings, { actor, ifMatch }: Operator): Promise<ProviderView> {
    this.checkOurs(id);
    const check = (before: ProviderView): void => checkTag(ifMatch, etagOf(before));
    return found(await this.settled(() => this.changes.change(id, settings, { actor, check })));
  }

  /** @throws AdminProblem */
  async remove(id: string, { actor }: Operator, reason: string | undefined): Promise<ProviderView> {
    const gone = await this.changes.remove(id, { actor }, reason);
    // One that the configuration has taken the place of can still be removed.
    if (!gone) this.checkOurs(id);
    return found(gone);
  }

  private checkOurs(id: string): void {
    if (!this.config.identityProviders.some((section) => section.id === id)) return;
    throw new AdminProblem('forbidden', {
      detail: 'The configuration of this server says what this provider is; change it there',
      reason: 'configured_provider',
    });
  }

  private async settled<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SettingsRefused)) throw error;
      throw new AdminProblem('invalid_request', {
        errors: error.problems.map(fieldError),
        reason: 'settings_refused',
      });
    }
  }
}

/** A problem of the configuration begins with the setting it is about, where it is about one. */
function fieldError(problem: string): { field: string; message: string } {
  const [, setting, rest] = /^([A-Za-z][\w.[\]]*) (.*)$/s.exec(problem) ?? [];
  const isSetting = setting !== undefined && rest !== undefined && /^(?:must|is not|should|each)/.test(rest);
  return isSetting
    ? { field: `settings.${setting.replace(/^settings\./, '')}`, message: rest }
    : { field: 'settings', message: problem };
}
