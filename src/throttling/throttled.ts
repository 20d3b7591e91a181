import { HttpException, HttpStatus } from '@nestjs/common';

/** Too many requests; `retryAfter` is in seconds. The filter of the room that answers gives it its shape. */
export class Throttled extends HttpException {
  constructor(
    readonly bucket: string,
    readonly retryAfter: number,
  ) {
    super('Too many requests', HttpStatus.TOO_MANY_REQUESTS);
  }
}
