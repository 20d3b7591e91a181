export { answerCacheable } from './cacheable.js';
export { KeyCustody, KeyUnusable, type NewKey, type Sign } from './key-custody.js';
export { KeyOperations, type KeyView, type RevokedKey, type RotateOptions } from './key-operations.js';
export { KeyRing } from './key-ring.js';
export { KeysModule, type KeyExtensions } from './keys.module.js';
export { TokenSigner } from './token-signer.js';
