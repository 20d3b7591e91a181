import { ClientIssuance } from './client-issuance.js';
import { CodeRedemption } from './code-redemption.js';
import { EXCHANGE } from './exchange/index.js';
import { ID_JAG } from './id-jag/index.js';
import { PersonNeeded } from './person-needed.js';
import { RefreshCheck } from './refresh-check.js';
import { RefreshRotation } from './refresh-rotation.js';
import { RefusalDetails } from './refusal-details.js';
import { RepeatedRefresh } from './repeated-refresh.js';
import { ReplayPunishment } from './replay-punishment.js';

/** What the grant types are made of. */
export const GRANT_TYPE_PARTS = [
  CodeRedemption,
  ClientIssuance,
  PersonNeeded,
  RefreshCheck,
  RefreshRotation,
  RepeatedRefresh,
  ReplayPunishment,
  RefusalDetails,
  ...EXCHANGE,
  ...ID_JAG,
];
