import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { KeyView } from '../keys/index.js';
import type { KeyEnded } from '../oauth/index.js';
import { ReceiptResponse } from './ended.response.js';
import { COUNT, TEXT, TIME } from './response-fields.js';

const STATES = ['next', 'active', 'retired', 'revoked'];

/** A key that signs tokens, signed them, or will. Its public half only. */
export class KeyResponse {
  @ApiProperty({ description: 'RFC 7638 thumbprint of the public key' }) kid!: string;
  @ApiProperty(TEXT) alg!: string;
  @ApiProperty({
    enum: STATES,
    description:
      '`next` is published and does not sign yet, `active` signs, `retired` is published as long as a token it signed can live, `revoked` was compromised',
  })
  state!: string;
  @ApiProperty({ description: 'Whether it is in the key set' }) published!: boolean;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Its public half (RFC 7517)' })
  public_jwk!: object;
  @ApiProperty({ ...COUNT, description: 'Access tokens it signed that are alive' }) living_tokens!: number;
  @ApiProperty(TIME) created_at!: Date;
  @ApiPropertyOptional({ ...TIME, description: 'When it is to sign' }) activates_at?: Date | undefined;
  @ApiPropertyOptional(TIME) activated_at?: Date | undefined;
  @ApiPropertyOptional(TIME) retired_at?: Date | undefined;
  @ApiPropertyOptional({ ...TIME, description: 'When it leaves, or left, the key set' })
  published_until?: Date | undefined;
  @ApiPropertyOptional(TIME) revoked_at?: Date | undefined;

  static of(this: void, key: KeyView, livingTokens: number): KeyResponse {
    const { state, publishUntil } = key;
    const retired = state === 'retired' && publishUntil !== undefined && publishUntil.getTime() > Date.now();
    return {
      kid: key.kid,
      alg: key.alg,
      state,
      published: state === 'next' || state === 'active' || retired,
      public_jwk: key.publicJwk,
      living_tokens: livingTokens,
      created_at: key.createdAt,
      activates_at: state === 'next' ? key.activateAt : undefined,
      activated_at: key.activatedAt,
      retired_at: key.retiredAt,
      published_until: publishUntil,
      revoked_at: key.revokedAt,
    };
  }
}

export class KeysResponse {
  @ApiProperty({ type: KeyResponse, isArray: true }) items!: KeyResponse[];
}

export class CompromisedKeyResponse {
  @ApiProperty(TEXT) kid!: string;
  @ApiProperty({ description: 'True when nothing was changed because only a preview was asked for' })
  dry_run!: boolean;
  @ApiProperty({ description: 'False for a preview, and when it had been revoked before' }) ended!: boolean;
  @ApiProperty({ ...COUNT, description: 'Living access tokens it signed' }) signed_tokens!: number;
  @ApiProperty({
    ...COUNT,
    description: 'Living access tokens that another key signed in exchange for those',
  })
  exchanged_tokens!: number;
  @ApiPropertyOptional({ ...TEXT, description: 'The key that signs in its place' }) successor?: string;
  @ApiPropertyOptional({ type: ReceiptResponse, description: 'Absent when nothing was changed' })
  receipt?: ReceiptResponse;

  static of(
    this: void,
    kid: string,
    dryRun: boolean,
    { ended, signed, exchanged, successor, receipt }: KeyEnded,
  ): CompromisedKeyResponse {
    return {
      kid,
      dry_run: dryRun,
      ended,
      signed_tokens: signed,
      exchanged_tokens: exchanged,
      ...(successor !== undefined && { successor }),
      ...(receipt && { receipt: ReceiptResponse.of(receipt) }),
    };
  }
}
