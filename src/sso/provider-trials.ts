import { Injectable } from '@nestjs/common';
import { IdentityProviders } from './identity-providers.js';
import { ProviderFactory } from './provider-factory.js';
import { ProviderSettings, SettingsRefused, type RawSettings } from './provider-settings.js';
import type { ProviderFacts, TestStep } from './providers/provider.js';
import { SsoProviders } from './sso-providers.js';

/** What was tried at a provider, and what came of it. */
export interface ProviderTrial {
  /** Nothing that could be told is wrong. */
  readonly ok: boolean;
  readonly steps: readonly TestStep[];
  /** Absent when the settings cannot be used. */
  readonly facts?: ProviderFacts;
}

/** Tries a provider before somebody has to sign in by it. */
@Injectable()
export class ProviderTrials {
  constructor(
    private readonly known: IdentityProviders,
    private readonly providers: SsoProviders,
    private readonly settings: ProviderSettings,
    private readonly factory: ProviderFactory,
  ) {}

  /** `undefined`: there is no such provider. */
  async run(id: string): Promise<ProviderTrial | undefined> {
    const live = (await this.providers.list()).find(({ section }) => section.id === id);
    if (live) return trialOf(await live.provider.test(), live.provider.facts);
    const view = await this.known.find(id);
    return view && refused(view.problems);
  }

  /** Settings that nobody has saved, as if an admin set them up under this id. */
  async runUnsaved(id: string, raw: RawSettings): Promise<ProviderTrial> {
    const others = (await this.providers.list())
      .filter(({ source, section }) => source === 'admin' && section.id !== id)
      .map(({ section }) => section);
    try {
      const provider = this.factory.make(this.settings.read(id, raw, others), 'admin');
      return trialOf(await provider.test(), provider.facts);
    } catch (error) {
      if (error instanceof SettingsRefused) return refused(error.problems);
      throw error;
    }
  }
}

function trialOf(steps: readonly TestStep[], facts?: ProviderFacts): ProviderTrial {
  return { ok: steps.every(({ ok }) => ok !== false), steps, ...(facts && { facts }) };
}

const refused = (problems: readonly string[]): ProviderTrial =>
  trialOf(problems.map((detail) => ({ step: 'configuration', ok: false, detail })));
