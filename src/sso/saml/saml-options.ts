import { ValidateInResponseTo, type CacheProvider, type SamlConfig } from '@node-saml/passport-saml';
import { pemsOf, type SamlSettings } from './settings.js';
import { askedFormat } from './subject.js';
import { SKEW_MS } from './times.js';

/** The request that a sign-in began with; it travels with the flow. */
export interface AuthnRequest {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly fresh?: boolean;
}

const REQUEST_LIFETIME_MS = 15 * 60_000;

/**
 * The library at its strictest. What it does not look at (destination, recipient, issuer, algorithms) is looked at
 * before or after it.
 */
export function samlOptions(settings: SamlSettings, request?: AuthnRequest): SamlConfig {
  const { idp, sp } = settings;
  return {
    issuer: sp.entityId,
    audience: sp.entityId,
    callbackUrl: sp.acsUrl,
    entryPoint: idp.ssoUrl,
    idpIssuer: idp.entityId,
    idpCert: (done) => done(null, pemsOf(idp)),
    wantAssertionsSigned: true,
    // One that is there is verified before; the assertion is what counts.
    wantAuthnResponseSigned: false,
    acceptedClockSkewMs: SKEW_MS,
    validateInResponseTo: ValidateInResponseTo.always,
    requestIdExpirationPeriodMs: REQUEST_LIFETIME_MS,
    cacheProvider: only(request),
    identifierFormat: askedFormat(settings),
    // Asking for a password would keep out who has something better.
    disableRequestedAuthnContext: true,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    ...(idp.sloUrl && { logoutUrl: idp.sloUrl }),
    ...(request && { generateUniqueId: () => request.id }),
    ...(sp.signing && { privateKey: sp.signing.privateKey.export({ type: 'pkcs8', format: 'pem' }) }),
  };
}

/** The one request that can be answered here. It is in the sealed flow, so that no replica has to remember it. */
function only(request: AuthnRequest | undefined): CacheProvider {
  const issued = request && new Date(request.at).toISOString();
  return {
    saveAsync: (_key, value) => Promise.resolve({ value, createdAt: Date.now() }),
    getAsync: (key) => Promise.resolve(key === request?.id ? (issued ?? null) : null),
    removeAsync: (key) => Promise.resolve(key),
  };
}
