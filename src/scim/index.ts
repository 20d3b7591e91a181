export { ScimFilter } from './scim.filter.js';
export { ScimModule } from './scim.module.js';
export { ScimTokens, type NewScimToken, type ScimTokenView } from './tokens/scim-tokens.js';
