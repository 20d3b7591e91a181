export { RevocationLedger, type Ending, type EndingReason } from './revocation-ledger.js';
export { RevocationModule } from './revocation.module.js';
export {
  ends,
  type LedgerEntry,
  type Propagation,
  type Revocation,
  type RevocationHandles,
  type RevocationKind,
  type RevocationReceipt,
} from './revocation.js';
