import { Controller, Get, Header, NotFoundException } from '@nestjs/common';
import { Checkpoints } from './checkpoints.js';

/**
 * The latest checkpoint, for everybody: whoever keeps one can show later that nothing before it was changed. It tells
 * how many events there are, and nothing of them.
 */
@Controller('.well-known/audit-checkpoint')
export class CheckpointController {
  constructor(private readonly checkpoints: Checkpoints) {}

  @Get()
  @Header('Cache-Control', 'public, max-age=1')
  @Header('Access-Control-Allow-Origin', '*')
  async latest(): Promise<object> {
    const checkpoint = await this.checkpoints.latest();
    if (!checkpoint) throw new NotFoundException();
    const { claims, jws, kid } = checkpoint;
    const key = (await this.checkpoints.publicKeys()).get(kid);
    return { checkpoint: jws, claims, key };
  }
}
