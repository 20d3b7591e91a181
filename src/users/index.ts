export { BootstrapAdmin, type BootstrappedAdmin } from './bootstrap-admin.js';
export { IdentitiesService, type UpstreamIdentity } from './identities.service.js';
export { MAX_PASSWORD, PasswordQueueFull } from './password.js';
export { UsersModule } from './users.module.js';
export { UsersService, type NewUser, type UserQuery } from './users.service.js';
export type { Account } from './account.js';
