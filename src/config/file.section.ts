import { Type } from 'class-transformer';
import { IsArray, ValidateNested } from 'class-validator';
import { AuditSection } from './audit.section.js';
import { BrandSection } from './brand.section.js';
import { ClientSection } from './client.section.js';
import { BY_KIND, IdentityProviderSection, type AnyProviderSection } from './identity-providers/index.js';
import { GroupSection } from './group.section.js';
import { LifetimesSection } from './lifetimes.section.js';
import { LimitsSection } from './limits.section.js';
import { MailSection } from './mail.section.js';
import { PoliciesSection } from './policies.section.js';
import { ResourceSection } from './resource.section.js';
import { ScopeSection } from './scope.section.js';
import { TrustedIssuerSection } from './trusted-issuer.section.js';

/** The whole configuration file (`GATEHOUSE_CONFIG`). A key that is not here is an error. */
export class FileSection {
  @IsArray() @ValidateNested({ each: true }) @Type(() => ScopeSection) scopes: ScopeSection[] = [];
  @IsArray() @ValidateNested({ each: true }) @Type(() => ResourceSection) resources: ResourceSection[] = [];
  @IsArray() @ValidateNested({ each: true }) @Type(() => ClientSection) clients: ClientSection[] = [];
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => IdentityProviderSection, BY_KIND)
  identityProviders: AnyProviderSection[] = [];
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => TrustedIssuerSection)
  trustedIssuers: TrustedIssuerSection[] = [];
  @IsArray() @ValidateNested({ each: true }) @Type(() => GroupSection) groups: GroupSection[] = [];
  @ValidateNested() @Type(() => PoliciesSection) policies: PoliciesSection = new PoliciesSection();
  @ValidateNested() @Type(() => LimitsSection) limits: LimitsSection = new LimitsSection();
  @ValidateNested() @Type(() => LifetimesSection) lifetimes: LifetimesSection = new LifetimesSection();
  @ValidateNested() @Type(() => MailSection) mail: MailSection = new MailSection();
  @ValidateNested() @Type(() => AuditSection) audit: AuditSection = new AuditSection();
  @ValidateNested() @Type(() => BrandSection) brand: BrandSection = new BrandSection();
}
