import { IsDuration } from './is-duration.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `lifetimes` of the configuration file. All values are in seconds once read. */
export class LifetimesSection {
  /** Authorization code. */
  @IsDuration() code: number = 60;
  /** Access token for the MCP resource. */
  @IsDuration() accessToken: number = 60 * MINUTE;
  /** Access token for the admin resource. */
  @IsDuration() adminAccessToken: number = 10 * MINUTE;
  /** A refresh token not used for this long is dead. */
  @IsDuration() refreshIdle: number = 30 * DAY;
  /** No rotation extends a grant beyond this. */
  @IsDuration() refreshMax: number = 90 * DAY;
  /** How long a rotated refresh token still gets the answer it got. */
  @IsDuration() refreshOverlap: number = 60;
  /** A browser session not used for this long is over. */
  @IsDuration() sessionIdle: number = 12 * HOUR;
  @IsDuration() sessionMax: number = 7 * DAY;
  /** A dynamically registered client nobody ever used is swept after this. */
  @IsDuration() unusedClient: number = 2 * DAY;
}
