import { IsDuration } from './is-duration.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `lifetimes` of the configuration file. All values are in seconds once read. */
export class LifetimesSection {
  /** Authorization code; RFC 6749 §4.1.2 allows ten minutes. */
  @IsDuration(10 * MINUTE) code: number = 60;
  /** A pushed authorization request waits this long for the browser (RFC 9126 §2.2). */
  @IsDuration() pushedRequest: number = 90;
  /** Device code, and the code that a person types for it (RFC 8628). */
  @IsDuration() deviceCode: number = 10 * MINUTE;
  /** Access token for the MCP resource. */
  @IsDuration() accessToken: number = 60 * MINUTE;
  /** Access token for the admin resource. */
  @IsDuration() adminAccessToken: number = 10 * MINUTE;
  /** An id_token: it says who signed in, once; nothing is called with it. */
  @IsDuration() idToken: number = 60 * MINUTE;
  /** A refresh token not used for this long is dead. */
  @IsDuration() refreshIdle: number = 30 * DAY;
  /** No rotation extends a grant beyond this. */
  @IsDuration() refreshMax: number = 90 * DAY;
  /** How long a rotated refresh token still gets the answer it got. */
  @IsDuration() refreshOverlap: number = 60;
  /** A browser session not used for this long is over. */
  @IsDuration() sessionIdle: number = 12 * HOUR;
  @IsDuration() sessionMax: number = 7 * DAY;
  /** Who changes how they sign in must have signed in within this. */
  @IsDuration(DAY) recentSignIn: number = 10 * MINUTE;
  /** Whoever does something dangerous over the admin API must have signed in within this. */
  @IsDuration(DAY) adminSignIn: number = 15 * MINUTE;
  /** A person who signs in has so long for the second step. */
  @IsDuration(HOUR) secondStep: number = 10 * MINUTE;
  /** An invitation that an admin sends. */
  @IsDuration(30 * DAY) invitation: number = 72 * HOUR;
  /** A link that resets a password. */
  @IsDuration(HOUR) passwordReset: number = HOUR;
  /** A link that proves that an address is one's own. */
  @IsDuration(HOUR) emailVerification: number = HOUR;
  /** A DPoP nonce is given out for this long, and good for as long again. */
  @IsDuration() dpopNonce: number = 2 * MINUTE;
  /** An API key, when whoever makes it does not say. */
  @IsDuration() apiKey: number = 90 * DAY;
  /** No API key is good for longer than this. */
  @IsDuration() apiKeyMax: number = 365 * DAY;
  /** A session of the 2025 revisions of MCP (`policies.mcpSessions`) that is not used for this long is over. */
  @IsDuration() mcpSessionIdle: number = 30 * MINUTE;
  @IsDuration() mcpSessionMax: number = DAY;
  /** A dynamically registered client nobody ever used is swept after this. */
  @IsDuration() unusedClient: number = 2 * DAY;
  /** One that was used is swept when it has no living grant and nobody used it for this long. */
  @IsDuration() idleClient: number = 180 * DAY;
}
