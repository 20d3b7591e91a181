import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { isDatabaseUnavailable } from '../../database/index.js';
import { Authenticators } from './authenticators.js';

/** After each start: secrets of authenticator apps leave the older versions of `ENCRYPTION_KEYS`. */
@Injectable()
export class AuthenticatorResealing implements OnApplicationBootstrap {
  private readonly logger = new Logger('authenticators');

  constructor(private readonly authenticators: Authenticators) {}

  onApplicationBootstrap(): void {
    void this.run().catch((error: unknown) => {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    });
  }

  private async run(): Promise<void> {
    let after: string | undefined;
    do after = await this.authenticators.reseal(after);
    while (after !== undefined);
  }
}
