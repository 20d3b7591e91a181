import { ApiKeyAccess } from './api-key-access.js';
import { ApiKeyList } from './api-key-list.js';
import { ApiKeyRights } from './api-key-rights.js';
import { ApiKeyRules } from './api-key-rules.js';
import { ApiKeyThrottle } from './api-key-throttle.js';
import { ApiKeyVerifier } from './api-key-verifier.js';
import { ApiKeys } from './api-keys.js';
import { KeyRevocation } from './key-revocation.js';

export const API_KEYS = [ApiKeyAccess, ApiKeyList, ApiKeys] as const;
export const API_KEY_PARTS = [
  ApiKeyRights,
  ApiKeyRules,
  ApiKeyThrottle,
  ApiKeyVerifier,
  KeyRevocation,
] as const;
