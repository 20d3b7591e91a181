import { discord } from './discord.preset.js';
import { github } from './github.preset.js';
import { gitlab } from './gitlab.preset.js';
import { google } from './google.preset.js';
import { microsoft } from './microsoft.preset.js';
import type { Preset } from './preset.js';
import { twitter } from './twitter.preset.js';

export type { Preset } from './preset.js';

/** Every well-known provider, in the order of its button. */
export const PRESETS: readonly Preset[] = [google, microsoft, github, gitlab, discord, twitter];

const ENDPOINTS = ['authorizationEndpoint', 'tokenEndpoint', 'userInfoEndpoint', 'emailLookup'];

/**
 * One provider with the settings of its preset where it says nothing itself. One that is found elsewhere has to say
 * under which issuer its people are kept, too: they are not the people of the well-known one.
 */
export function withPreset(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || !('preset' in raw)) return raw;
  const preset = PRESETS.find(({ id }) => id === raw.preset);
  if (!preset) return raw;
  const { issuer, ...settings } = preset.settings;
  const isElsewhere = ENDPOINTS.some((name) => Object.hasOwn(raw, name));
  const mapping = { ...memberOf(settings, 'mapping'), ...memberOf(raw, 'mapping') };
  return {
    ...structuredClone(settings),
    ...(!isElsewhere && { issuer }),
    ...raw,
    ...(Object.keys(mapping).length > 0 && { mapping }),
  };
}

function memberOf(settings: object, name: string): object {
  const value: unknown = Object.hasOwn(settings, name)
    ? (settings as Record<string, unknown>)[name]
    : undefined;
  return typeof value === 'object' && value !== null ? value : {};
}
