import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JwksController } from './jwks.controller.js';
import { KeyClock } from './key-clock.js';
import { KeyCustody } from './key-custody.js';
import { KeyOperations } from './key-operations.js';
import { KeyRing } from './key-ring.js';
import { KeyRotation } from './key-rotation.js';
import { KeyStore } from './key-store.js';
import { SealedCustody } from './sealed-custody.js';
import { SigningKey } from './signing-key.entity.js';
import { TokenSigner } from './token-signer.js';

/** What an installer may put in place of the defaults. */
export interface KeyExtensions {
  /** Where private halves are and sign, such as a key management service. */
  readonly keyCustody?: Type<KeyCustody>;
}

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([SigningKey])],
  controllers: [JwksController],
  providers: [KeyRing, KeyStore, KeyRotation, KeyClock, KeyOperations, TokenSigner],
  exports: [KeyRing, KeyOperations, TokenSigner],
})
export class KeysModule {
  static register({ keyCustody = SealedCustody }: KeyExtensions): DynamicModule {
    return { module: KeysModule, providers: [{ provide: KeyCustody, useClass: keyCustody }] };
  }
}
