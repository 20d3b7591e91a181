import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isDatabaseUnavailable } from '../../database/index.js';
import { StreamSecrets } from './stream-secrets.js';

/** After each start: secrets of streams leave the older versions of `ENCRYPTION_KEYS`. */
@Injectable()
export class StreamResealing implements OnApplicationBootstrap {
  private readonly logger = new Logger('audit');

  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: StreamSecrets,
  ) {}

  onApplicationBootstrap(): void {
    void this.run().catch((error: unknown) => {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    });
  }

  private async run(): Promise<void> {
    const rows = await this.dataSource.query<{ id: string; secret: Buffer }[]>(
      'SELECT id, secret FROM audit_streams WHERE secret IS NOT NULL',
    );
    for (const { id, secret } of rows) {
      const resealed = this.secrets.resealed(id, secret);
      if (!resealed) continue;
      await this.dataSource.query('UPDATE audit_streams SET secret = $2 WHERE id = $1 AND secret = $3', [
        id,
        resealed,
        secret,
      ]);
    }
  }
}
