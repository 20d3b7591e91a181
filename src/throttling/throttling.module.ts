import { Global, Module } from '@nestjs/common';
import { ThrottlerModule, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { AppConfig } from '../config/index.js';
import { Counters } from './counters.js';
import { RateLimiter } from './rate-limiter.js';
import { ThrottlerCounters } from './throttler-counters.js';
import { TOKEN_ADDRESS } from './token-throttle.guard.js';

@Module({ providers: [Counters, ThrottlerCounters], exports: [Counters, ThrottlerCounters] })
class CountersModule {}

function throttlerOptions(config: AppConfig, storage: ThrottlerCounters): ThrottlerModuleOptions {
  const { points, seconds, blockSeconds } = config.limits.token.address;
  return {
    throttlers: [
      { name: TOKEN_ADDRESS, limit: points, ttl: seconds * 1_000, blockDuration: blockSeconds * 1_000 },
    ],
    storage,
    setHeaders: false,
  };
}

@Global()
@Module({
  imports: [
    CountersModule,
    ThrottlerModule.forRootAsync({
      imports: [CountersModule],
      inject: [AppConfig, ThrottlerCounters],
      useFactory: throttlerOptions,
    }),
  ],
  providers: [RateLimiter],
  exports: [RateLimiter],
})
export class ThrottlingModule {}
