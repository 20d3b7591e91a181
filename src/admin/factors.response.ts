import { ApiProperty } from '@nestjs/swagger';
import type { AllWays } from '../sessions/index.js';
import { COUNT, TEXTS } from './response-fields.js';

/** What a person signs in with. */
export class FactorsResponse {
  @ApiProperty() password!: boolean;
  @ApiProperty(COUNT) passkeys!: number;
  @ApiProperty({ description: 'Asked for a code after the password' }) authenticator!: boolean;
  @ApiProperty({ ...COUNT, description: 'Recovery codes that are left' }) recovery_codes!: number;
  @ApiProperty({ ...TEXTS, description: 'Ids of the identity providers that know the person' })
  providers!: readonly string[];

  static of(this: void, ways: AllWays): FactorsResponse {
    const { password, passkeys, authenticator, recoveryCodes, providers } = ways;
    return { password, passkeys, authenticator, recovery_codes: recoveryCodes, providers };
  }
}
