import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsString,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { groupKey } from './group-key.js';

export const ROLES = ['admin', 'operator', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** Who is in a group, by what a provider says of them when they sign in. */
export class GroupRule {
  /** Id of an identity provider, of the configuration or of those that operators set up. */
  @IsString() @Length(1, 63) provider!: string;
  /** Name of the claim or attribute; dots lead into an object, unless there is a claim of just that name. */
  @IsString() @Length(1, 256) claim!: string;
  /** One of these, as it is written; `*` stands for any run of characters. */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value))
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(200)
  @IsString({ each: true })
  @Length(1, 256, { each: true })
  value!: string[];
}

/** One of `groups` in the configuration file: what being in it means, and who is. */
export class GroupSection {
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  @Matches(/^(?=.{1,200}$)[^\s\u0000-\u001f\u007f](?:[^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f])?$/, {
    message: 'name must be text of at most 200 characters that neither begins nor ends with a blank',
  })
  name!: string;
  @IsArray() @IsIn(ROLES, { each: true }) roles: Role[] = [];
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => GroupRule)
  members: GroupRule[] = [];
}

/** What the members of the sections, each right by itself, get wrong together. */
export function groupProblems(groups: readonly GroupSection[]): string[] {
  const keys = groups.map(({ name }) => groupKey(name));
  const twice = groups.filter((_, index) => keys.indexOf(keys[index]!) !== index);
  return twice.map(({ name }) => `groups has ${name} twice`);
}
