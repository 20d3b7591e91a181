import { Controller, Get, NotFoundException, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { answerCacheable } from './cacheable.js';
import { KeyRing } from './key-ring.js';
import { jwksMaxAge } from './key-times.js';

@Controller('oauth2/jwks')
export class JwksController {
  constructor(
    private readonly config: AppConfig,
    private readonly ring: KeyRing,
  ) {}

  /** RFC 7517 §5: public members only. Somewhere else when the configuration says so. */
  @Get()
  async jwks(@Req() req: Request, @Res() res: Response): Promise<void> {
    const policy = this.config.policies.keys;
    if (policy.jwksUri !== undefined) throw new NotFoundException();
    const { keys, fresh } = await this.ring.published();
    answerCacheable(req, res, { keys }, fresh ? jwksMaxAge(policy) : undefined);
  }
}
