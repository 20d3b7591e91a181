import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Type } from 'class-transformer';
import { IsNotEmpty, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { IsDuration } from './is-duration.js';

const DAY = 86_400;
const CENTURY = 36_500 * DAY;

/** `audit.retention` of the configuration file. In seconds once read; a class without a period is kept for good. */
export class AuditRetentionSection {
  @IsOptional() @IsDuration(CENTURY) security?: number;
  @IsOptional() @IsDuration(CENTURY) admin?: number;
  @IsOptional() @IsDuration(CENTURY) toolCall?: number;
  @IsOptional() @IsDuration(CENTURY) verbose?: number;
  /** An archive lies this long beside what it was made of, until that is dropped. */
  @IsDuration(CENTURY) dropAfter: number = 7 * DAY;
  /** A legal hold, and what for: nothing is taken out and nothing is dropped while there is one. */
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(200) hold?: string;
}

/** `audit` of the configuration file. */
export class AuditSection {
  @ValidateNested() @Type(() => AuditRetentionSection) retention: AuditRetentionSection =
    new AuditRetentionSection();
  /** Where archives are written; needed once a class has a period. */
  @IsOptional() @IsString() @IsNotEmpty() archiveFolder?: string;
  /** Where scheduled exports are written; without it they can be downloaded. */
  @IsOptional() @IsString() @IsNotEmpty() exportFolder?: string;
}

/** What no decorator can say about the retention of the trail. */
export function auditProblems({ retention, archiveFolder }: AuditSection): string[] {
  const { security, admin, toolCall, verbose } = retention;
  const periods = Object.entries({ security, admin, toolCall, verbose });
  const tooShort = periods
    .filter(([, period]) => period !== undefined && period < DAY)
    .map(([name]) => `audit.retention.${name} must be at least 1d`);
  const folderMissing = archiveFolder === undefined && periods.some(([, period]) => period !== undefined);
  return [
    ...tooShort,
    ...(folderMissing
      ? ['audit.archiveFolder is not set, but audit.retention says how long events are kept']
      : []),
  ];
}

/** Folders beside the configuration file, wherever the process was started. */
export function settleAuditFolders(audit: AuditSection, file: string, problems: string[]): void {
  for (const name of ['archiveFolder', 'exportFolder'] as const) {
    const folder = audit?.[name];
    if (typeof folder !== 'string') continue;
    audit[name] = resolve(dirname(file), folder);
    if (!isWritableFolder(audit[name]))
      problems.push(
        `audit.${name} is not a folder that can be written to; its path is seen from the configuration file`,
      );
  }
}

function isWritableFolder(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
