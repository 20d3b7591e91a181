import { Bearers } from './bearers.js';
import { ResourceAccess } from './resource-access.js';

/** What lets resource servers of this house know who asks. */
export const RESOURCE_ACCESS = [Bearers, ResourceAccess];
