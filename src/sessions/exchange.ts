import type { Request, Response } from 'express';

/** A request of a browser and the answer to it. */
export interface Exchange {
  readonly req: Request;
  readonly res: Response;
}
