import { Injectable } from '@nestjs/common';
import { Sealer } from '../../sealing/index.js';

/** Secrets of streams at rest; one of one stream cannot be opened for another. */
@Injectable()
export class StreamSecrets {
  constructor(private readonly sealer: Sealer) {}

  seal(id: string, secret: string | undefined): Buffer | null {
    return secret === undefined ? null : this.sealer.seal(purposeOf(id), secret);
  }

  /** The same under the highest version of `ENCRYPTION_KEYS`; `undefined` when it is already. @throws CannotOpen */
  resealed(id: string, sealed: Buffer): Buffer | undefined {
    if (this.sealer.isCurrent(sealed)) return undefined;
    return this.sealer.seal(purposeOf(id), this.sealer.open(purposeOf(id), sealed));
  }

  /** @throws CannotOpen */
  open(id: string, sealed: Buffer | null): string | undefined {
    return sealed === null ? undefined : this.sealer.open(purposeOf(id), sealed).toString('utf8');
  }
}

const purposeOf = (id: string): string => `audit stream ${id}`;
