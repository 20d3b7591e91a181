import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ProviderTrial, ProviderView } from '../sso/index.js';
import { TEXT, TEXTS, TIME } from './response-fields.js';

const NAMED_TEXTS = { type: 'object', additionalProperties: { type: 'string' } } as const;

/** A way in through others. */
export class IdentityProviderResponse {
  @ApiProperty(TEXT) id!: string;
  @ApiProperty({ ...TEXT, description: 'How it is spoken to' }) kind!: string;
  @ApiProperty({ ...TEXT, description: 'How people know it' }) label!: string;
  @ApiProperty({
    enum: ['file', 'environment', 'admin'],
    description: 'Only those of `admin` can be changed here',
  })
  source!: string;
  @ApiProperty({ type: Boolean }) enabled!: boolean;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'As in the configuration file, with what is as it is by default; without the secrets',
  })
  settings!: Readonly<Record<string, unknown>>;
  @ApiProperty({ ...TEXTS, description: 'Settings that are there and never shown' })
  secrets!: readonly string[];
  @ApiPropertyOptional({ ...TEXT, description: 'To be registered at the provider, exactly so' })
  redirect_uri?: string | undefined;
  @ApiPropertyOptional({ ...NAMED_TEXTS, description: 'Which claim of the provider is what of a person' })
  claims?: Readonly<Record<string, string>> | undefined;
  @ApiPropertyOptional({ ...NAMED_TEXTS, description: 'What else can be registered there' })
  register?: Readonly<Record<string, string>> | undefined;
  @ApiProperty({ ...TEXTS, description: 'Why it cannot be used; empty when it can' })
  problems!: readonly string[];
  @ApiPropertyOptional(TIME) created_at?: Date | undefined;
  @ApiPropertyOptional(TIME) updated_at?: Date | undefined;

  static of(this: void, view: ProviderView): IdentityProviderResponse {
    const { facts, stored } = view;
    return {
      id: view.id,
      kind: view.kind,
      label: view.label,
      source: view.source,
      enabled: view.enabled,
      settings: view.settings,
      secrets: view.secrets,
      redirect_uri: facts?.redirectUri,
      claims: facts?.claims,
      register: facts?.register,
      problems: view.problems,
      created_at: stored?.createdAt,
      updated_at: stored?.updatedAt,
    };
  }
}

export class IdentityProvidersResponse {
  @ApiProperty({ type: IdentityProviderResponse, isArray: true }) items!: IdentityProviderResponse[];
}

export class TrialStepResponse {
  @ApiProperty({ ...TEXT, description: 'A word that stays the same' }) step!: string;
  @ApiProperty({ type: Boolean, nullable: true, description: '`null`: it could not be told' })
  ok!: boolean | null;
  @ApiProperty(TEXT) detail!: string;
}

/** What was tried at a provider, in its order. */
export class ProviderTrialResponse {
  @ApiProperty({ type: Boolean, description: 'Nothing that could be told is wrong' }) ok!: boolean;
  @ApiProperty({ type: TrialStepResponse, isArray: true }) steps!: readonly TrialStepResponse[];
  @ApiPropertyOptional({ ...TEXT, description: 'To be registered at the provider, exactly so' })
  redirect_uri?: string | undefined;
  @ApiPropertyOptional({ ...NAMED_TEXTS, description: 'Which claim of the provider is what of a person' })
  claims?: Readonly<Record<string, string>> | undefined;
  @ApiPropertyOptional({ ...NAMED_TEXTS, description: 'What else can be registered there' })
  register?: Readonly<Record<string, string>> | undefined;

  static of(this: void, { ok, steps, facts }: ProviderTrial): ProviderTrialResponse {
    return {
      ok,
      steps,
      redirect_uri: facts?.redirectUri,
      claims: facts?.claims,
      register: facts?.register,
    };
  }
}
