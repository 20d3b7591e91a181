import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdempotentAnswer } from './idempotent-answer.entity.js';
import { IdempotentAnswers } from './idempotent-answers.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([IdempotentAnswer])],
  providers: [IdempotentAnswers],
  exports: [IdempotentAnswers],
})
export class IdempotencyModule {}
