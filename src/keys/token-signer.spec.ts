import { createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose';
import type { DataSource, EntityManager } from 'typeorm';
import type { AuditLog } from '../audit/index.js';
import type { AppConfig } from '../config/index.js';
import { KeyCustody, KeyUnusable, type NewKey, type Sign } from './key-custody.js';
import { KeyRing } from './key-ring.js';
import { KeyStore } from './key-store.js';
import type { SigningKey } from './signing-key.entity.js';
import { TokenSigner } from './token-signer.js';

/** Keeps private keys to itself, as a key management service does; the database has only their names. */
class ServiceCustody extends KeyCustody {
  private readonly keys = new Map<string, KeyObject>();

  async generate(): Promise<NewKey> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const name = `service/keys/${randomUUID()}`;
    this.keys.set(name, privateKey);
    return { publicJwk: publicKey.export({ format: 'jwk' }), handle: Buffer.from(name) };
  }

  async open(_alg: string, kid: string, handle: Buffer): Promise<Sign> {
    const key = this.keys.get(handle.toString());
    if (!key) throw new KeyUnusable(`The key service has no ${kid}`);
    return async (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
  }

  override renewed(): undefined {
    return undefined;
  }

  /** What a thief of the service would have. */
  secrets(): string[] {
    return [...this.keys.values()].map((key) => key.export({ format: 'jwk' }).d!);
  }
}

/** The table, as far as a store and a ring use it. */
class Table {
  readonly rows: SigningKey[] = [];
  readonly everWritten: string[] = [];

  readonly tx = {
    query: async () => [{ now: new Date() }],
    insert: async (_: unknown, row: SigningKey) => {
      this.rows.push({ ...row });
      this.note(row);
    },
    update: async (_: unknown, { kid }: { kid: string }, values: Partial<SigningKey>) => {
      Object.assign(
        this.rows.find((row) => row.kid === kid)!,
        values,
      );
      this.note(values);
    },
  } as unknown as EntityManager;

  readonly dataSource = {
    query: async () =>
      this.rows.map(({ publicJwk, ...row }) => ({ ...row, jwk: publicJwk, now: new Date() })),
  } as unknown as DataSource;

  private note(value: object): void {
    for (const each of Object.values(value) as unknown[]) {
      this.everWritten.push(Buffer.isBuffer(each) ? each.toString('latin1') : JSON.stringify(each));
    }
  }
}

const config = { policies: { keys: { algorithm: 'ES256' } } } as AppConfig;
const audit = { record: async () => undefined } as unknown as AuditLog;

async function signing(custody: KeyCustody) {
  const table = new Table();
  const made = await new KeyStore(config, custody, audit).create(table.tx, 'ES256');
  const ring = new KeyRing(config, table.dataSource, custody);
  await ring.refresh(0);
  return { table, made, ring, signer: new TokenSigner(ring) };
}

describe('A key whose private half is elsewhere', () => {
  it('signs tokens that a stock verifier accepts, and never was in the database', async () => {
    const custody = new ServiceCustody();
    const { table, made, ring, signer } = await signing(custody);
    const token = await signer.sign({ sub: 'ann', iss: 'https://here.example' }, 'at+jwt');
    const { keys } = await ring.published();
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: [...keys] }), {
      typ: 'at+jwt',
      issuer: 'https://here.example',
    });
    expect(payload.sub).toBe('ann');
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: made.kid, typ: 'at+jwt' });
    expect(made.kid).toBe(await calculateJwkThumbprint(keys[0]!));
    const [secret] = custody.secrets();
    expect(secret).toHaveLength(43);
    const written = table.everWritten.join('\n');
    expect(written).toContain('service/keys/');
    for (const form of [secret!, Buffer.from(secret!, 'base64url').toString('latin1'), '"d":'])
      expect(written).not.toContain(form);
    expect(createPublicKey({ key: keys[0]!, format: 'jwk' }).type).toBe('public');
  });

  it('that its custody does not know is named, and nothing is signed with another', async () => {
    const { table } = await signing(new ServiceCustody());
    const ring = new KeyRing(config, table.dataSource, new ServiceCustody());
    await ring.refresh(0);
    expect(() => ring.checkUsable()).toThrow(`The key service has no ${table.rows[0]!.kid}`);
    await expect(new TokenSigner(ring).sign({}, 'JWT')).rejects.toThrow('There is no key that signs');
  });
});
