import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditExports, type TrailLine } from '../proof/index.js';
import type { AuditExport } from './audit-export.entity.js';
import { ExportText } from './export-text.js';

/** What is stored now is not what was exported: somebody has meddled with it, or it is no longer kept. */
export class ExportChanged extends Error {}

/** Makes the bytes of an export anew. */
@Injectable()
export class ExportDownloads {
  constructor(
    private readonly exports: AuditExports,
    private readonly text: ExportText,
  ) {}

  /**
   * The last part comes only when all of them together are what was signed.
   * @throws ExportChanged before the last part
   */
  async *parts(row: Readonly<AuditExport>): AsyncGenerator<string> {
    const proven = this.exports.again({
      header: JSON.parse(row.header!) as TrailLine,
      checkpoint: row.checkpoint!,
    });
    const hash = createHash('sha256');
    let held = '';
    for await (const { text } of this.text.parts(row, proven)) {
      if (text === '') continue;
      hash.update(text);
      if (held !== '') yield held;
      held = text;
    }
    if (!hash.digest().equals(row.digest!))
      throw new ExportChanged(`Export ${row.id} is not what was signed`);
    yield held;
  }
}
