export { DatabaseModule } from './database.module.js';
export { isDatabaseUnavailable } from './database-unavailable.js';
