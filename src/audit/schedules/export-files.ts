import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource, IsNull, Not } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import { AuditLog } from '../audit-log.js';
import { AuditExport } from '../exports/audit-export.entity.js';
import { ExportDownloads } from '../exports/export-downloads.js';
import { formatOf } from '../formats/index.js';
import { ExportSchedule } from './export-schedule.entity.js';

const RETRY = `
UPDATE audit_exports SET state = 'pending', problem = NULL
WHERE state = 'failed' AND schedule_id IS NOT NULL AND finished_at < now() - interval '10 minutes'`;

/** Writes what schedules have made to `audit.exportFolder`: the file, and beside it what was signed of it. */
@Injectable()
export class ExportFiles {
  private readonly logger = new Logger('audit');

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly downloads: ExportDownloads,
    private readonly audit: AuditLog,
  ) {}

  /** Those that failed are tried again after ten minutes. */
  async run(stopped: () => boolean): Promise<void> {
    await this.dataSource.query(RETRY);
    const folder = this.config.audit.exportFolder;
    if (folder === undefined) return;
    const rows = await this.dataSource.getRepository(AuditExport).find({
      where: { state: 'ready', scheduleId: Not(IsNull()), writtenAt: IsNull() },
      order: { id: 'ASC' },
      take: 100,
    });
    for (const row of rows) if (!stopped()) await this.write(row, folder);
  }

  private async write(row: AuditExport, folder: string): Promise<void> {
    const schedules = this.dataSource.getRepository(ExportSchedule);
    const schedule = await schedules.findOneBy({ id: row.scheduleId! });
    try {
      const name = nameOf(row, schedule?.name ?? 'audit');
      await written(join(folder, name), this.downloads.parts(row));
      await written(join(folder, `${name}.manifest.jws`), [`${row.manifest!}\n`]);
      await this.note(row, name);
      if (schedule?.problem) await schedules.update({ id: schedule.id }, { problem: null });
    } catch (error) {
      const problem = `An export is not in the folder: ${causeOf(error)}`;
      // It is tried again all the time, and others may wait for the same; once is enough to be told.
      if (schedule?.problem === problem) return;
      this.logger.error({ err: error, export: row.id }, 'an export could not be written to the folder');
      if (schedule) await schedules.update({ id: schedule.id }, { problem });
    }
  }

  /** Two replicas may write the same file; one of them says so. */
  private note(row: AuditExport, file: string): Promise<void> {
    return this.dataSource.transaction(async (tx) => {
      const noted = await tx.update(
        AuditExport,
        { id: row.id, writtenAt: IsNull() },
        { writtenAt: new Date() },
      );
      if (noted.affected !== 1) return;
      await this.audit.record(tx, {
        type: 'audit.exported',
        actor: { type: 'system' },
        targets: [{ type: 'audit_export', id: row.id }],
        details: { format: row.format, filters: { ...row.filters }, step: 'written', file },
      });
    });
  }
}

/** The same for the same cause: the message of a file error has the name of the file, which is another one each time. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.message;
}

function nameOf({ id, filters, format }: AuditExport, schedule: string): string {
  const from = (filters.since ?? '').replace(/:00\.000Z$/, 'Z').replaceAll(':', '');
  return `${schedule}-${from}-${id.slice(-8)}.${formatOf(format).extension}`;
}

/** Whole or not at all, whatever happens meanwhile. */
async function written(path: string, parts: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const beside = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(beside, 'wx', 0o640);
    try {
      for await (const part of parts) await file.appendFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
