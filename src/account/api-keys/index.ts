import { ApiKeysPage } from './api-keys-page.js';
import { OwnApiKeysController } from './api-keys.controller.js';
import { OwnApiKeys } from './own-api-keys.js';

/** The pages on which a person makes and ends API keys. */
export const API_KEY_CONTROLLERS = [OwnApiKeysController];
export const API_KEY_PAGES = [ApiKeysPage, OwnApiKeys];
