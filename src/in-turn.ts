import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** Handlers one after another, as Express calls them: it asks for each of its own layers whether the path is theirs. */
export function inTurn(...handlers: readonly RequestHandler[]): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    let at = 0;
    const step = (error?: unknown): void => {
      const handler = error === undefined ? handlers[at++] : undefined;
      if (!handler) {
        next(error);
        return;
      }
      try {
        const handled: unknown = handler(req, res, step);
        if (handled instanceof Promise) handled.catch(next);
      } catch (thrown) {
        next(thrown);
      }
    };
    step();
  };
}
