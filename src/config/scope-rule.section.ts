import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsOptional, IsString, Length } from 'class-validator';

/** One of `policies.scopeRules`: a scope that some rule names is granted only by the people a rule lets grant it. */
export class ScopeRule {
  @IsArray() @ArrayNotEmpty() @ArrayMaxSize(200) @IsString({ each: true }) scopes!: string[];
  /** Being in one of these groups is enough. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(200)
  @IsString({ each: true })
  @Length(1, 200, { each: true })
  groups!: string[];
  /** Client ids, or hosts such as `claude.ai` and `*.example.com` that answers go to over https; absent: any client. */
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(200)
  @IsString({ each: true })
  @Length(1, 2_048, { each: true })
  clients?: string[];
}
