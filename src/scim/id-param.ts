import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { notFound } from './scim-refusal.js';

/** An id of the path. What cannot be an id is answered like what does not exist. */
@Injectable()
export class IdParam implements PipeTransform<string, string> {
  transform(id: string): string {
    if (!isUUID(id)) throw notFound();
    return id.toLowerCase();
  }
}
