import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';

/**
 * Express over messages that are its own from the beginning. It gives the prototype of its requests and responses to
 * each message that Node made; V8 of Node 20 then makes new hidden classes for each message and everything that is
 * written to it, which costs three times what all else does that Express and Node do for a request. To give a message
 * the prototype that it has costs nothing.
 */
export class OwnMessagesAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    this.setHttpServer(createServer(messagesOf(this.getInstance<Express>()), this.getInstance<Express>()));
  }
}

function messagesOf(app: Express) {
  class ServedRequest extends IncomingMessage {}
  class ServedResponse extends ServerResponse {}
  app.request = inheriting(ServedRequest.prototype, app.request);
  app.response = inheriting(ServedResponse.prototype, app.response);
  return { IncomingMessage: ServedRequest, ServerResponse: ServedResponse };
}

function inheriting<P extends object>(prototype: object, parent: P): P {
  return Object.setPrototypeOf(prototype, parent) as P;
}
