import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Errands } from './errands.js';
import { MailDeliveries } from './mail-deliveries.js';
import { MailPost } from './mail-post.js';
import { MailTransport } from './mail-transport.js';
import { MailWorker } from './mail-worker.js';
import { Outbox } from './outbox.js';
import { QueuedLetter } from './queued-letter.entity.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([QueuedLetter])],
  providers: [MailTransport, Outbox, Errands, MailPost, MailDeliveries, MailWorker],
  exports: [Outbox, Errands],
})
export class MailModule {}
