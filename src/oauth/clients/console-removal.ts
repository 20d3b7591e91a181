import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { Endings } from '../grants/endings.js';
import { CONSOLE_CLIENT_ID } from './console-client.js';

/** A console that is not wanted any more loses its client, and with it every access it had. */
@Injectable()
export class ConsoleRemoval implements OnApplicationBootstrap {
  constructor(
    private readonly config: AppConfig,
    private readonly endings: Endings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.policies.console) return;
    await this.endings.removeClient(CONSOLE_CLIENT_ID, { actor: { type: 'system' } });
  }
}
