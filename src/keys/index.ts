export { KeyRing, SIGNING_ALG } from './key-ring.js';
export { KeysModule } from './keys.module.js';
export { TokenSigner } from './token-signer.js';
