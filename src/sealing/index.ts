export { CannotOpen, Sealer } from './sealer.js';
export { SealingModule } from './sealing.module.js';
export {
  digest,
  equalSecrets,
  newToken,
  openUnderKey,
  openUnderToken,
  sealUnderKey,
  sealUnderToken,
} from './token.js';
