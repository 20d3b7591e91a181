import { Injectable } from '@nestjs/common';
import { Sealer } from '../sealing/index.js';

const MAC_BYTES = 16;

/** A place in a list: beside which row, and on which side of it. */
export interface Position {
  readonly cursor: string;
  readonly backwards: boolean;
}

/** Cursors as callers see them: opaque, and good only for the list that gave them. */
@Injectable()
export class Cursors {
  constructor(private readonly sealer: Sealer) {}

  /** `list` is what the cursor belongs to, such as the path of the list. */
  write(list: string, { cursor, backwards }: Position): string {
    const place = `${backwards ? '<' : '>'}${cursor}`;
    const mac = this.sealer.mac('cursor', `${list}\n${place}`).subarray(0, MAC_BYTES);
    return Buffer.concat([mac, Buffer.from(place)]).toString('base64url');
  }

  /** `undefined`: it was not written here, or for another list. */
  read(list: string, text: string): Position | undefined {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.toString('base64url') !== text) return undefined;
    const place = bytes.subarray(MAC_BYTES).toString('utf8');
    const mac = bytes.subarray(0, MAC_BYTES);
    const good = this.sealer
      .macs('cursor', `${list}\n${place}`)
      .some((one) => one.subarray(0, MAC_BYTES).equals(mac));
    return good ? { cursor: place.slice(1), backwards: place.startsWith('<') } : undefined;
  }
}
