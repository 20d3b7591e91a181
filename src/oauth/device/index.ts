import { DeviceAllowance } from './device-allowance.js';
import { DeviceClientAuth } from './device-client-auth.js';
import { DeviceCodes } from './device-codes.js';
import { DeviceDecision } from './device-decision.js';
import { DeviceLookup } from './device-lookup.js';
import { DevicePage } from './device-page.js';
import { DeviceSteps } from './device-steps.js';
import { DeviceThrottle } from './device-throttle.js';

/** The providers behind the device grant (RFC 8628). */
export const DEVICE = [
  DeviceAllowance,
  DeviceClientAuth,
  DeviceCodes,
  DeviceDecision,
  DeviceLookup,
  DevicePage,
  DeviceSteps,
  DeviceThrottle,
];
