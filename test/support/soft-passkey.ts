import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

const UP = 0x01;
const UV = 0x04;
const BE = 0x08;
const BS = 0x10;
const AT = 0x40;

interface PublicKeyOptions {
  challenge: string;
  rp?: { id: string };
  rpId?: string;
  user?: { id: string };
}

/** What an authenticator may do otherwise than it should. */
export interface Mischief {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  /** Says that nobody unlocked it. */
  unverified?: boolean;
  counter?: number;
  userHandle?: string;
  /** Signs with another key. */
  forged?: boolean;
}

/** A passkey made of software, with a counter or, being on several devices, without one (WebAuthn §6). */
export class SoftPasskey {
  readonly id = randomBytes(32);
  counter = 0;
  private userHandle = '';
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(
    private readonly origin: string,
    private readonly kind: 'device' | 'synced' = 'device',
  ) {}

  /** What `navigator.credentials.create` answers, as a form sends it. */
  create(optionsJson: string, mischief: Mischief = {}): string {
    const options = JSON.parse(optionsJson) as PublicKeyOptions;
    this.userHandle = options.user?.id ?? '';
    const attested = Buffer.concat([Buffer.alloc(16), uint16(this.id.length), this.id, this.coseKey()]);
    const authData = this.authData(mischief.rpId ?? options.rp!.id, { mischief, flags: AT, attested });
    const attestationObject = cborMap([
      [cborText('fmt'), cborText('none')],
      [cborText('attStmt'), cborMap([])],
      [cborText('authData'), cborBytes(authData)],
    ]);
    return this.answer({
      clientDataJSON: this.clientData('webauthn.create', options.challenge, mischief),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** What `navigator.credentials.get` answers. */
  get(optionsJson: string, mischief: Mischief = {}): string {
    const options = JSON.parse(optionsJson) as PublicKeyOptions;
    if (this.kind === 'device') this.counter++;
    const authData = this.authData(mischief.rpId ?? options.rpId!, { mischief, flags: 0 });
    const clientDataJSON = this.clientData('webauthn.get', options.challenge, mischief);
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
    const key: KeyObject = mischief.forged
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : this.keys.privateKey;
    return this.answer({
      clientDataJSON,
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', Buffer.concat([authData, hash]), key).toString('base64url'),
      userHandle: mischief.userHandle ?? this.userHandle,
    });
  }

  private answer(response: object): string {
    const id = this.id.toString('base64url');
    return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response });
  }

  private clientData(type: string, challenge: string, mischief: Mischief): string {
    const data = {
      type: mischief.type ?? type,
      challenge: mischief.challenge ?? challenge,
      origin: mischief.origin ?? this.origin,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify(data)).toString('base64url');
  }

  private authData(
    rpId: string,
    { mischief, flags, attested = Buffer.alloc(0) }: { mischief: Mischief; flags: number; attested?: Buffer },
  ): Buffer {
    const all = flags | UP | (mischief.unverified ? 0 : UV) | (this.kind === 'synced' ? BE | BS : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(mischief.counter ?? this.counter);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([all]), counter, attested]);
  }

  /** RFC 9053 §7.1 */
  private coseKey(): Buffer {
    const { x, y } = this.keys.publicKey.export({ format: 'jwk' });
    return cborMap([
      [cborInt(1), cborInt(2)],
      [cborInt(3), cborInt(-7)],
      [cborInt(-1), cborInt(1)],
      [cborInt(-2), cborBytes(Buffer.from(x!, 'base64url'))],
      [cborInt(-3), cborBytes(Buffer.from(y!, 'base64url'))],
    ]);
  }
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** RFC 8949, for the few values above. */
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint16(value)]);
}
const cborInt = (value: number): Buffer => (value < 0 ? head(1, -1 - value) : head(0, value));
const cborBytes = (value: Buffer): Buffer => Buffer.concat([head(2, value.length), value]);
const cborText = (value: string): Buffer =>
  Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
const cborMap = (pairs: [Buffer, Buffer][]): Buffer =>
  Buffer.concat([head(5, pairs.length), ...pairs.map(([key, value]) => Buffer.concat([key, value]))]);
