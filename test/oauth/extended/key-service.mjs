// A key management service: private halves are in its own file, and sign nowhere else.
import { generateKeyPairSync, createPrivateKey, randomUUID, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const STORE = 'key-service.json';
const stored = () => (existsSync(STORE) ? JSON.parse(readFileSync(STORE, 'utf8')) : {});

export class KeyService {
  async generate() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const name = `service/keys/${randomUUID()}`;
    writeFileSync(STORE, JSON.stringify({ ...stored(), [name]: privateKey.export({ format: 'jwk' }) }));
    return { publicJwk: publicKey.export({ format: 'jwk' }), handle: Buffer.from(name) };
  }

  async open(_alg, _kid, handle) {
    const key = createPrivateKey({ key: stored()[handle.toString()], format: 'jwk' });
    return async (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
  }

  renewed() {
    return undefined;
  }
}
