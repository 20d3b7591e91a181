import { Injectable, NotFoundException } from '@nestjs/common';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { AppConfig } from '../../config/index.js';
import type { Assertion, NewPasskey, StoredPasskey } from './passkey.js';

/** Ed25519, ES256, RS256: what authenticators have. */
const ALGORITHMS = [-8, -7, -257];

interface Creation {
  readonly challenge: string;
  readonly userHandle: Buffer;
  readonly email: string;
  readonly name?: string;
  readonly existing: readonly StoredPasskey[];
}

const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

/** What is asked of authenticators, and what their answers prove (WebAuthn §7). The library is loaded when it is needed. */
@Injectable()
export class PasskeyCeremonies {
  constructor(private readonly config: AppConfig) {}

  get isOn(): boolean {
    return this.config.passkeyDomain !== undefined;
  }

  /** For `navigator.credentials.create`. Discoverable, and by somebody who unlocked it: it is a way in by itself. */
  creationOptions({ challenge, userHandle, email, name, existing }: Creation): string {
    return JSON.stringify({
      rp: { id: this.domain, name: this.config.brand.name },
      user: { id: userHandle.toString('base64url'), name: email, displayName: name ?? email },
      challenge,
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: existing.map(descriptorOf),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
    });
  }

  /** For `navigator.credentials.get`; without `allowed` the person chooses among all they have here. */
  requestOptions(challenge: string, allowed: readonly StoredPasskey[] = []): string {
    return JSON.stringify({
      rpId: this.domain,
      challenge,
      allowCredentials: allowed.map(descriptorOf),
      userVerification: 'required',
    });
  }

  /** WebAuthn §7.1. `undefined` when it proves nothing. */
  async created(answer: string, challenge: string): Promise<NewPasskey | undefined> {
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    const response = parsed<RegistrationResponseJSON>(answer);
    if (!response) return undefined;
    const result = await proved(() =>
      verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        ...this.expected,
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    );
    if (!result?.verified) return undefined;
    const { credential, aaguid, credentialDeviceType, credentialBackedUp } = result.registrationInfo;
    return {
      credentialId: Buffer.from(credential.id, 'base64url'),
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: (credential.transports ?? []).filter((transport) => TRANSPORTS.includes(transport)),
      backupEligible: credentialDeviceType === 'multiDevice',
      backedUp: credentialBackedUp,
      aaguid,
    };
  }

  /** WebAuthn §7.2. `undefined` when it proves nothing. */
  async asserted(answer: string, challenge: string, passkey: StoredPasskey): Promise<Assertion | undefined> {
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
    const response = parsed<AuthenticationResponseJSON>(answer);
    // §7.2, step 6: a discoverable credential says whose it is.
    const handle: unknown = response?.response?.userHandle;
    if (!response || (handle && handle !== passkey.userHandle.toString('base64url'))) return undefined;
    const result = await proved(() =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        ...this.expected,
        credential: {
          id: passkey.credentialId.toString('base64url'),
          publicKey: new Uint8Array(passkey.publicKey),
          // Compared where it is stored, in one statement; and only when the signature is known to be good.
          counter: 0,
        },
      }),
    );
    if (!result?.verified) return undefined;
    return {
      counter: result.authenticationInfo.newCounter,
      backedUp: result.authenticationInfo.credentialBackedUp,
    };
  }

  private get expected() {
    return { expectedOrigin: this.config.origin, expectedRPID: this.domain, requireUserVerification: true };
  }

  /** @throws NotFoundException where there are no passkeys */
  private get domain(): string {
    const { passkeyDomain } = this.config;
    if (passkeyDomain === undefined) throw new NotFoundException();
    return passkeyDomain;
  }
}

/** The id of the credential in what a browser sent. */
export function credentialIdOf(answer: string): Buffer | undefined {
  const id: unknown = parsed<{ id?: unknown }>(answer)?.id;
  return typeof id === 'string' && /^[A-Za-z0-9_-]{1,1400}$/.test(id)
    ? Buffer.from(id, 'base64url')
    : undefined;
}

function parsed<T extends object>(answer: string): T | undefined {
  try {
    const value: unknown = JSON.parse(answer);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** The library throws at everything that is not as it must be, whatever that is. */
async function proved<T>(verify: () => Promise<T>): Promise<T | undefined> {
  try {
    return await verify();
  } catch {
    return undefined;
  }
}

const descriptorOf = ({ credentialId, transports }: StoredPasskey) => ({
  type: 'public-key',
  id: credentialId.toString('base64url'),
  ...(transports.length > 0 && { transports }),
});
