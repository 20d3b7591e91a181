import { ArrayMaxSize, ArrayUnique, IsArray, IsBoolean, IsIn, IsOptional, IsUrl } from 'class-validator';
import { IsDuration } from './is-duration.js';
import { isPlainHttp } from './published-keys.js';

export const SIGNING_ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

const DAY = 86_400;
/** Seconds; replicas need them to learn of a key before any of them signs with it. */
const LEAST_ANNOUNCEMENT = 3;

/** `policies.keys` of the configuration file: what signs tokens, and for how long. Durations are in seconds once read. */
export class KeyPolicies {
  /** What signs unless something else is asked for. */
  @IsIn(SIGNING_ALGORITHMS) algorithm: SigningAlgorithm = 'ES256';
  /** Keys that are there beside it, for whatever asks for another algorithm; those that resources ask for need not be named. */
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(SIGNING_ALGORITHMS.length)
  @IsIn(SIGNING_ALGORITHMS, { each: true })
  additionalAlgorithms: SigningAlgorithm[] = [];
  /** How long a key signs. */
  @IsDuration() rotateEvery: number = 90 * DAY;
  /** How long a key is published before it signs. */
  @IsDuration() announce: number = 14 * DAY;
  /** Development only: private halves are in the database as they are, instead of sealed under `ENCRYPTION_KEYS`. */
  @IsBoolean() plainText: boolean = false;
  /** Where verifiers find the key set when this server does not serve it itself, such as a CDN. */
  @IsOptional()
  @IsUrl({
    require_tld: false,
    require_protocol: true,
    protocols: ['https', 'http'],
    disallow_auth: true,
    allow_fragments: false,
  })
  jwksUri?: string;
}

/** What single values do not show. */
export function keyPolicyProblems(keys: KeyPolicies): string[] {
  const problems: string[] = [];
  if (keys.announce < LEAST_ANNOUNCEMENT) {
    problems.push(
      `policies.keys.announce must be at least ${LEAST_ANNOUNCEMENT}s: every replica has to publish a key before one signs with it`,
    );
  }
  if (keys.announce >= keys.rotateEvery) {
    problems.push('policies.keys.announce must be shorter than policies.keys.rotateEvery');
  }
  if (isPlainHttp(keys.jwksUri)) {
    problems.push('policies.keys.jwksUri is http; only https is safe (http is allowed on loopback)');
  }
  return problems;
}
