export { addressKey } from './address-key.js';
export { RateLimiter, type Verdict } from './rate-limiter.js';
export { Throttled } from './throttled.js';
export { ThrottlingModule } from './throttling.module.js';
export { TokenThrottleGuard } from './token-throttle.guard.js';
