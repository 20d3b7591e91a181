import { Controller, Get, Header, Res, ServiceUnavailableException } from '@nestjs/common';
import type { Response } from 'express';
import { DataSource } from 'typeorm';

const READY_MS = 2_000;

/** For load balancers and orchestrators; says nothing but whether. */
@Controller('health')
export class HealthController {
  constructor(private readonly dataSource: DataSource) {}

  /** The process runs. It stays true while the database is away: a restart would not bring it back. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(): object {
    return { status: 'ok' };
  }

  /** The process can serve: the database answers. */
  @Get('ready')
  async ready(@Res() res: Response): Promise<void> {
    const ready = await this.answers();
    res.setHeader('Cache-Control', 'no-store');
    if (!ready) res.setHeader('Retry-After', 5);
    res.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'unavailable' });
  }

  private async answers(): Promise<boolean> {
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new ServiceUnavailableException()), READY_MS).unref(),
    );
    try {
      await Promise.race([this.dataSource.query('SELECT 1'), late]);
      return true;
    } catch {
      return false; // Whatever it is, this process cannot serve now.
    }
  }
}
