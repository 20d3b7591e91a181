import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { RetentionClass } from '../event-types.js';

/** What the configuration says of how long events are kept. */
@Injectable()
export class RetentionPolicy {
  constructor(private readonly config: AppConfig) {}

  /** Whether anything is ever taken out. */
  get takesOut(): boolean {
    const { security, admin, toolCall, verbose } = this.settings;
    return [security, admin, toolCall, verbose].some((period) => period !== undefined);
  }

  get hold(): string | undefined {
    return this.settings.hold;
  }

  /** Where archives are. */
  get folder(): string | undefined {
    return this.config.audit.archiveFolder;
  }

  /** When events up to a moment are to be taken out; `undefined` where they are kept for good. */
  detachDue(retention: RetentionClass | undefined, to: Date): Date | undefined {
    const { security, admin, toolCall, verbose } = this.settings;
    const period = retention && { security, admin, tool_call: toolCall, verbose }[retention];
    return period === undefined ? undefined : new Date(to.getTime() + period * 1_000);
  }

  /** When what an archive was made of is to be dropped. */
  dropDue(archivedAt: Date): Date {
    return new Date(archivedAt.getTime() + this.settings.dropAfter * 1_000);
  }

  private get settings() {
    return this.config.audit.retention;
  }
}
