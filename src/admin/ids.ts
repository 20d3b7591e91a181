import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { notFound } from './admin-problem.js';

const MAX_CLIENT_ID = 200;

/** An id of the path. What cannot be an id is answered like what does not exist. */
@Injectable()
export class UuidParam implements PipeTransform<string, string> {
  transform(id: string): string {
    if (!isUUID(id)) throw notFound();
    return id.toLowerCase();
  }
}

/** A client id of the path, which may be any text without control characters. */
@Injectable()
export class ClientIdParam implements PipeTransform<string, string> {
  transform(id: string): string {
    // eslint-disable-next-line no-control-regex -- control characters are what this refuses
    if (id.length > MAX_CLIENT_ID || /[\u0000-\u001f\u007f]/.test(id)) throw notFound();
    return id;
  }
}
