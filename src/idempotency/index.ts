export { IdempotencyModule } from './idempotency.module.js';
export { IdempotentAnswers, type Claim, type RepeatableRequest } from './idempotent-answers.js';
