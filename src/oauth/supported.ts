import { Inject, Injectable } from '@nestjs/common';
import { KeyRing } from '../keys/index.js';
import { AcrValues } from './authorize/acr-values.js';
import { GRANT_TYPE_INSTANCES } from './grant-types/index.js';
import type { GrantType } from './grant-types/grant-type.js';
import { ScopeCatalogue } from './scope-catalogue.js';

/** The lists that metadata is built from: what is in them is what there is. */
@Injectable()
export class Supported {
  constructor(
    private readonly catalogue: ScopeCatalogue,
    private readonly keys: KeyRing,
    private readonly acrValues: AcrValues,
    @Inject(GRANT_TYPE_INSTANCES) private readonly types: readonly GrantType[],
  ) {}

  scopes(): readonly string[] {
    return this.catalogue.names();
  }

  idTokenAlgorithms(): readonly string[] {
    return this.keys.algorithms();
  }

  acrs(): readonly string[] {
    return this.acrValues.supported();
  }

  grantTypes(): readonly string[] {
    return this.types.filter(({ enabled }) => enabled !== false).map(({ name }) => name);
  }

  /** Whether there is such a grant type, enabled or not. */
  knows(grantType: string): boolean {
    return this.types.some(({ name }) => name === grantType);
  }
}
