import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ReplicaAcks } from './replica-acks.js';
import { Replica } from './replica.entity.js';
import { RevocationAck } from './revocation-ack.entity.js';
import { RevocationLedger } from './revocation-ledger.js';
import { RevocationRow } from './revocation.entity.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([RevocationRow, Replica, RevocationAck])],
  providers: [ReplicaAcks, RevocationLedger],
  exports: [RevocationLedger],
})
export class RevocationModule {}
