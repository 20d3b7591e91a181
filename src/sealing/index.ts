export { CannotOpen, Sealer } from './sealer.js';
export { SealingModule } from './sealing.module.js';
export { digest, equalSecrets, newToken, openUnderToken, sealUnderToken } from './token.js';
