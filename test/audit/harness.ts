import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.js';
import { EventMarks } from '../../src/audit/event-marks.js';
import { OwnEvents } from '../../src/audit/own-events.js';
import { EventSealing } from '../../src/audit/payloads/event-sealing.js';
import { SubjectKeys } from '../../src/audit/payloads/subject-keys.js';
import { ArrivedEvents } from '../../src/audit/proof/arrived-events.js';
import { AuditExports } from '../../src/audit/proof/audit-exports.js';
import { AuditProofs } from '../../src/audit/proof/audit-proofs.js';
import { AuditSealer } from '../../src/audit/proof/audit-sealer.js';
import { AuditVerification } from '../../src/audit/proof/audit-verification.js';
import { CheckpointKeyStore } from '../../src/audit/proof/checkpoint-key-store.js';
import { CheckpointSigner } from '../../src/audit/proof/checkpoint-signer.js';
import { Checkpoints } from '../../src/audit/proof/checkpoints.js';
import { PROOF_ENTITIES } from '../../src/audit/proof/index.js';
import { SealClock } from '../../src/audit/proof/seal-clock.js';
import { SealReports } from '../../src/audit/proof/seal-reports.js';
import { TreeGrowth } from '../../src/audit/proof/tree-growth.js';
import { TreeStore } from '../../src/audit/proof/tree-store.js';
import { RETENTION_ENTITIES } from '../../src/audit/retention/index.js';
import { parseEncryptionKeys } from '../../src/config/encryption-keys.js';
import type { AppConfig } from '../../src/config/index.js';
import { Sealer } from '../../src/sealing/index.js';
import { query } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { temporaryFolder, type TestServer } from '../support/server.js';

/** The audit room alone, on a database, with the keys of a server. */
export interface AuditRoom {
  database: DataSource;
  audit: AuditLog;
  checkpoints: Checkpoints;
  signer: CheckpointSigner;
  proofs: AuditProofs;
  exports: AuditExports;
  verification: AuditVerification;
  /** Seals everything there is. */
  seal(): Promise<void>;
  close(): Promise<void>;
}

export async function auditRoom(databaseUrl: string, server: TestServer): Promise<AuditRoom> {
  const database = await new DataSource({
    type: 'postgres',
    url: databaseUrl,
    entities: [...PROOF_ENTITIES, ...RETENTION_ENTITIES],
    extra: { max: 2 },
  }).initialize();
  return roomOn(database, server.env.ENCRYPTION_KEYS!);
}

/** The same on a database that is open already. */
export async function roomOn(database: DataSource, encryptionKeys: string): Promise<AuditRoom> {
  const keys = parseEncryptionKeys(encryptionKeys);
  const sealer = new Sealer({ encryptionKeys: keys } as unknown as AppConfig);
  const marks = new EventMarks(sealer);
  const own = new OwnEvents();
  const audit = new AuditLog(database, marks, new EventSealing(new SubjectKeys(database, sealer)), own);
  const store = new TreeStore();
  const keyStore = new CheckpointKeyStore(database, sealer, audit);
  const signer = new CheckpointSigner(keyStore);
  await signer.onApplicationBootstrap();
  const events = new ArrivedEvents(marks, own);
  const reports = new SealReports(audit);
  const growth = new TreeGrowth(store, signer, keyStore, events);
  const clock = new SealClock(new AuditSealer(database, events, growth, reports), reports);
  const checkpoints = new Checkpoints(database, keyStore, store);
  const exports = new AuditExports(database, checkpoints, store, clock);
  return {
    database,
    audit,
    checkpoints,
    signer,
    proofs: new AuditProofs(database, checkpoints, store, clock),
    exports,
    verification: new AuditVerification(database, exports, audit, marks),
    seal: () => clock.sealNow(),
    close: () => database.destroy(),
  };
}

/** Waits until every event has its place, but for as many that the server did not write; answers how many have. */
export async function untilSealed(server: { databaseUrl: string | undefined }, except = 0): Promise<number> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const [row] = await query<{ open: number; sealed: number }>(
      server.databaseUrl!,
      `SELECT count(*) FILTER (WHERE l.seq IS NULL)::int AS open, count(l.seq)::int AS sealed
       FROM audit_events LEFT JOIN audit_leaves l USING (event_id)`,
    );
    if (row!.open <= except) return row!.sealed;
    if (Date.now() > deadline) throw new Error(`${row!.open} events are not sealed, ${row!.sealed} are`);
    await sleep(100);
  }
}

/** A file with every event, as an auditor gets it. */
export async function exportToFile(room: AuditRoom): Promise<string> {
  const lines: string[] = [];
  for await (const line of room.exports.everything()) lines.push(JSON.stringify(line));
  return toFile(`${lines.join('\n')}\n`);
}

export function toFile(text: string): string {
  const file = join(temporaryFolder(), 'audit.ndjson');
  writeFileSync(file, text);
  return file;
}

const SCRIPT = fileURLToPath(new URL('../../scripts/audit-verify.mjs', import.meta.url));

/** The offline verifier as a process of its own, which knows no database. */
export function verifyOffline(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [SCRIPT, ...args], { env: { PATH: process.env.PATH } }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, output: out + err }),
    );
  });
}
