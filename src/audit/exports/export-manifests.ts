import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { CheckpointSigner, type TrailLine } from '../proof/index.js';
import type { AuditExport } from './audit-export.entity.js';

export interface Measured {
  readonly events: string;
  readonly bytes: string;
  readonly digest: Buffer;
  readonly header: TrailLine;
  readonly checkpoint: string;
}

/** What is signed of an export: what it was asked for, its hash, and up to which checkpoint it goes. */
@Injectable()
export class ExportManifests {
  constructor(
    private readonly config: AppConfig,
    private readonly signer: CheckpointSigner,
  ) {}

  sign({ id, format, filters }: AuditExport, measured: Measured, at: Date): string {
    const { chain_uid, tree_size } = measured.header.trail;
    const claims = {
      iss: this.config.publicUrl,
      export_id: id,
      format,
      filters,
      chain_uid,
      tree_size,
      checkpoint: measured.checkpoint,
      events: Number(measured.events),
      bytes: Number(measured.bytes),
      sha256: measured.digest.toString('hex'),
      iat: Math.floor(at.getTime() / 1_000),
    };
    return this.signer.sign(claims, 'audit-manifest+jwt');
  }
}
