import { PRESETS, type Preset } from './identity-providers/presets/index.js';

type RawEnvironment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentProvider {
  readonly id: string;
  /** As the configuration file would have them. */
  readonly settings: object;
}

/** The well-known providers whose credentials the environment has. */
export function environmentProviders(env: RawEnvironment, problems: string[]): EnvironmentProvider[] {
  return PRESETS.flatMap((preset) => {
    const { id } = preset;
    const pair = pairOf(preset);
    const [clientId, clientSecret] = pair.map((name) => env[name] || undefined);
    if (clientId && clientSecret) {
      const settings = { id, preset: id, clientId, clientSecret, ...settled(preset, env, problems) };
      return [{ id, settings }];
    }
    const [missing] = pair.filter((name) => !env[name]);
    if (clientId ?? clientSecret)
      problems.push(`${missing} is not set: ${pair.join(' and ')} go together, set both or neither`);
    return [];
  });
}

function settled({ option }: Preset, env: RawEnvironment, problems: string[]): object {
  const value = option && env[option.variable];
  if (!value) return {};
  const settings = option.settle(value);
  if (!settings) problems.push(`${option.variable} must be ${option.mustBe}`);
  return settings ?? {};
}

function pairOf({ variables }: Preset): string[] {
  return [`${variables}_CLIENT_ID`, `${variables}_CLIENT_SECRET`];
}
