import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JwksController } from './jwks.controller.js';
import { KeyRing } from './key-ring.js';
import { SigningKey } from './signing-key.entity.js';
import { TokenSigner } from './token-signer.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([SigningKey])],
  controllers: [JwksController],
  providers: [KeyRing, TokenSigner],
  exports: [KeyRing, TokenSigner],
})
export class KeysModule {}
