import { Injectable } from '@nestjs/common';
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import { AppConfig, type TrustedIssuerSection } from '../../../config/index.js';
import { RemoteKeySets } from '../../clients/remote-key-sets.js';

/** Who may say what an app may do for a person: the enabled `trustedIssuers` of the configuration. */
@Injectable()
export class TrustedIssuers {
  private readonly enabled: readonly TrustedIssuerSection[];
  private readonly byValue = new Map<TrustedIssuerSection, JWTVerifyGetKey>();

  constructor(
    config: AppConfig,
    private readonly remote: RemoteKeySets,
  ) {
    this.enabled = config.trustedIssuers.filter(({ enabled }) => enabled);
    for (const section of this.enabled)
      if (section.jwks) this.byValue.set(section, createLocalJWKSet(section.jwks));
  }

  get any(): boolean {
    return this.enabled.length > 0;
  }

  /** A tenant that is not named here is another organisation, and so is an issuer without the tenant that is. */
  find(issuer: unknown, tenant: unknown): TrustedIssuerSection | undefined {
    return this.enabled.find((section) => section.issuer === issuer && section.tenant === tenant);
  }

  /** The key lookup that `jwtVerify` takes. */
  keysOf(section: TrustedIssuerSection): JWTVerifyGetKey {
    return this.byValue.get(section) ?? this.remote.at(section.jwksUri!);
  }
}
