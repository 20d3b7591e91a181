import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { notFound } from './admin-problem.js';

/** The id of a client may be the URL of its metadata document. */
export const MAX_CLIENT_ID = 2_048;

/** A key's id of the path: an RFC 7638 thumbprint with SHA-256. */
@Injectable()
export class KidParam implements PipeTransform<string, string> {
  transform(kid: string): string {
    if (!/^[\w-]{43}$/.test(kid)) throw notFound();
    return kid;
  }
}

/** The size of the audit trail's hash tree at a checkpoint. */
@Injectable()
export class TreeSizeParam implements PipeTransform<string, number> {
  transform(size: string): number {
    if (!/^[1-9]\d{0,14}$/.test(size)) throw notFound();
    return Number(size);
  }
}

/** The id of an identity provider. */
@Injectable()
export class ProviderIdParam implements PipeTransform<string, string> {
  transform(id: string): string {
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(id)) throw notFound();
    return id;
  }
}

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
