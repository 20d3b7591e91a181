import { Type } from 'class-transformer';
import { IsArray, ValidateNested } from 'class-validator';
import { BrandSection } from './brand.section.js';
import { ClientSection } from './client.section.js';
import { IdentityProviderSection } from './identity-provider.section.js';
import { LifetimesSection } from './lifetimes.section.js';
import { LimitsSection } from './limits.section.js';
import { PoliciesSection } from './policies.section.js';
import { ScopeSection } from './scope.section.js';

/** The whole configuration file (`GATEHOUSE_CONFIG`). A key that is not here is an error. */
export class FileSection {
  @IsArray() @ValidateNested({ each: true }) @Type(() => ScopeSection) scopes: ScopeSection[] = [];
  @IsArray() @ValidateNested({ each: true }) @Type(() => ClientSection) clients: ClientSection[] = [];
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => IdentityProviderSection)
  identityProviders: IdentityProviderSection[] = [];
  @ValidateNested() @Type(() => PoliciesSection) policies: PoliciesSection = new PoliciesSection();
  @ValidateNested() @Type(() => LimitsSection) limits: LimitsSection = new LimitsSection();
  @ValidateNested() @Type(() => LifetimesSection) lifetimes: LifetimesSection = new LifetimesSection();
  @ValidateNested() @Type(() => BrandSection) brand: BrandSection = new BrandSection();
}
