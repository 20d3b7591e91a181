import { Injectable } from '@nestjs/common';
import { CannotOpen, Sealer } from '../sealing/index.js';
import type { IdentityProvider } from './identity-provider.entity.js';

const purposeOf = (id: string): string => `identity-provider:${id}`;

/** The secrets among the settings of a provider, at rest. */
@Injectable()
export class ProviderSecrets {
  constructor(private readonly sealer: Sealer) {}

  seal(id: string, secrets: Readonly<Record<string, unknown>>): Buffer {
    return this.sealer.seal(purposeOf(id), JSON.stringify(secrets));
  }

  /** @throws CannotOpen */
  open({ id, secrets }: Pick<IdentityProvider, 'id' | 'secrets'>): Record<string, unknown> {
    const plain = this.sealer.open(purposeOf(id), secrets).toString('utf8');
    try {
      return JSON.parse(plain) as Record<string, unknown>;
    } catch {
      throw new CannotOpen('it is not what was sealed');
    }
  }

  /** Sealed anew when the keys have been rotated since; `undefined` when that is not needed. */
  renewed(row: IdentityProvider): Buffer | undefined {
    return this.sealer.isCurrent(row.secrets) ? undefined : this.seal(row.id, this.open(row));
  }
}
