export { DatabaseModule } from './database.module.js';
export { isDatabaseUnavailable } from './database-unavailable.js';
export { DueWork } from './due-work.js';
export {
  cappedAt,
  countStatement,
  directionOf,
  keysetPage,
  pageOfRows,
  type CappedCount,
  type KeysetPage,
  type KeysetQuery,
} from './keyset-page.js';
export { Notices } from './notices.js';
export { OwnerConnection } from './owner-connection.js';
export { makePartitions } from './partitions.js';
export { isRehearsing, rehearse } from './rehearsal.js';
export { isUniqueViolation } from './unique-violation.js';
