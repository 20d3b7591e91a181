import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import { AuditLog } from '../audit-log.js';
import {
  ARCHIVE_TYPE,
  AuditExports,
  CheckpointSigner,
  ExportVerifier,
  heldAgainstManifest,
  placesDigest,
  PlacesWriter,
  type ArchiveClaims,
  type EventLine,
  type ProvenExport,
} from '../proof/index.js';
import { linesOf, measureFile, writeCompressed, writeWhole } from './archive-file.js';
import { AuditPartition } from './audit-partition.entity.js';
import { partitionEvents } from './partition-events.js';
import { partitionFact } from './partition-fact.js';

/** An archive that is not what it should be: what it was made of stays. */
export class ArchiveRefused extends Error {}

/** Which events a file has. */
interface Content {
  readonly events: number;
  readonly places: Buffer;
  readonly leaves: string;
}

/** Writes what was taken off the table to a file that proves itself, and signs what is in it. */
@Injectable()
export class Archiving {
  constructor(
    private readonly config: AppConfig,
    private readonly audit: AuditLog,
    private readonly exports: AuditExports,
    private readonly signer: CheckpointSigner,
  ) {}

  /** @throws ArchiveRefused when the file does not verify, or has not all the events. */
  async archive(
    owner: DataSource,
    row: AuditPartition,
    { folder, now }: { folder: string; now: Date },
  ): Promise<void> {
    const name = `${row.name}.ndjson.gz`;
    const file = join(folder, name);
    const proven = await this.exports.begin('filtered');
    await writeCompressed(file, lines(owner, row, proven));
    const content = await read(file, proven.basis().header.trail.keys);
    const [counted] = await owner.query<[{ events: number }]>(
      `SELECT count(*)::int AS events FROM "${row.name}"`,
    );
    if (content.events !== counted.events)
      throw new ArchiveRefused(`the archive has ${content.events} of its ${counted.events} events`);
    const measured = (await measureFile(file))!;
    const claims = this.claims(row, proven, { ...content, archive: name, ...measured, now });
    const statement = this.signer.sign(claims, ARCHIVE_TYPE);
    const { publicJwk } = this.signer;
    const manifest = `${JSON.stringify({ manifest: statement, claims, key: publicJwk }, null, 2)}\n`;
    const held = await heldAgainstManifest(file, manifest);
    if ('problem' in held) throw new ArchiveRefused(held.problem);
    await writeWhole(join(folder, `${row.name}.manifest.json`), manifest);
    await this.note(owner, row, { claims, statement, places: content.places, now });
  }

  private claims(
    row: AuditPartition,
    proven: ProvenExport,
    file: Content & { archive: string; bytes: number; digest: Buffer; now: Date },
  ): ArchiveClaims {
    const { header, checkpoint } = proven.basis();
    return {
      iss: this.config.publicUrl,
      chain_uid: header.trail.chain_uid,
      partition: row.name,
      retention: row.retention,
      from: row.fromTime.toISOString(),
      to: row.toTime.toISOString(),
      events: file.events,
      leaves: file.leaves,
      places: placesDigest(file.places),
      archive: file.archive,
      bytes: file.bytes,
      sha256: file.digest.toString('hex'),
      checkpoint,
      iat: Math.floor(file.now.getTime() / 1_000),
    };
  }

  private async note(
    owner: DataSource,
    { name }: AuditPartition,
    {
      claims,
      statement,
      places,
      now,
    }: { claims: ArchiveClaims; statement: string; places: Buffer; now: Date },
  ): Promise<void> {
    const { archive, sha256, bytes, events } = claims;
    await owner.transaction(async (tx) => {
      const found = { name, state: 'detached' as const };
      const row = await tx.findOne(AuditPartition, { where: found, lock: { mode: 'pessimistic_write' } });
      if (!row) return;
      const digest = Buffer.from(sha256, 'hex');
      const changed = {
        state: 'archived',
        archive,
        digest,
        bytes: String(bytes),
        events: String(events),
      } as const;
      await tx.update(
        AuditPartition,
        { name },
        { ...changed, statement, places, archivedAt: now, problem: null },
      );
      await this.audit.record(
        tx,
        partitionFact('audit.partition.archived', { ...row, ...changed }, { archive, sha256, bytes }),
      );
    });
  }
}

/** What is on the disk, verified as whoever has only the file would. */
async function read(file: string, keys: readonly JWK[]): Promise<Content> {
  const verifier = new ExportVerifier({ keys });
  const leaves = createHash('sha256');
  const places = new PlacesWriter();
  for await (const line of linesOf(file)) {
    verifier.read(line);
    const { integrity } = JSON.parse(line) as Partial<EventLine>;
    if (!integrity) continue;
    leaves.update(Buffer.from(integrity.leaf_hash, 'base64url'));
    places.add(integrity.seq);
  }
  const { finding, events } = verifier.end();
  if (finding) throw new ArchiveRefused(finding.message);
  return { events, places: places.end(), leaves: leaves.digest('hex') };
}

async function* lines(owner: DataSource, row: AuditPartition, proven: ProvenExport): AsyncGenerator<string> {
  yield lineOf(proven.header);
  for await (const page of partitionEvents(owner.manager, row)) {
    let text = '';
    for await (const line of proven.lines(page)) text += lineOf(line);
    yield text;
  }
  for await (const line of proven.end()) yield lineOf(line);
}

const lineOf = (line: object): string => `${JSON.stringify(line)}\n`;
