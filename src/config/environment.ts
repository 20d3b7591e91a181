import { Transform } from 'class-transformer';
import {
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';

const number = ({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
const absolute = { require_tld: false, require_protocol: true, require_valid_protocol: true };

/** The environment as it is validated; property names are the names of the variables. An empty value counts as unset. */
export class Environment {
  @IsOptional() @IsIn(['production', 'development', 'test']) NODE_ENV?: string;
  @IsOptional() @Transform(number) @IsInt() @Min(0) @Max(65535) PORT?: number;
  @IsOptional() @IsString() @IsNotEmpty() HOST?: string;
  @IsOptional()
  @IsUrl({
    ...absolute,
    protocols: ['http', 'https'],
    allow_query_components: false,
    allow_fragments: false,
    disallow_auth: true,
  })
  PUBLIC_URL?: string;
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//, { message: 'DATABASE_URL must start with postgres:// or postgresql://' })
  DATABASE_URL?: string;
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//, {
    message: 'DATABASE_MIGRATION_URL must start with postgres:// or postgresql://',
  })
  DATABASE_MIGRATION_URL?: string;
  @IsOptional() @IsString() DATA_DIR?: string;
  @IsOptional()
  @Matches(/^rediss?:\/\//, { message: 'REDIS_URL must start with redis:// or rediss://' })
  REDIS_URL?: string;
  @IsOptional() @IsString() ENCRYPTION_KEYS?: string;
  @IsOptional() @IsString() TRUSTED_PROXIES?: string;
  @IsOptional() @IsEmail({ require_tld: false }) BOOTSTRAP_ADMIN_EMAIL?: string;
  @IsOptional() @IsString() @MaxLength(256) BOOTSTRAP_ADMIN_PASSWORD?: string;
  @IsOptional()
  @Matches(/^(?!https:)[\x21-\x39\x3b-\x7e]{1,200}$/, {
    message: 'BOOTSTRAP_CLIENT_ID must be printable, without spaces or colons',
  })
  BOOTSTRAP_CLIENT_ID?: string;
  @IsOptional() @IsString() @MaxLength(256) BOOTSTRAP_CLIENT_SECRET?: string;
  @IsOptional()
  @Matches(/^smtps?:\/\/[^\s/?#]+\/?$/, { message: 'SMTP_URL must look like smtp://user:password@host:587' })
  SMTP_URL?: string;
  @IsOptional() @IsEmail({ allow_display_name: true, require_tld: false }) MAIL_FROM?: string;
  @IsOptional() @IsString() GATEHOUSE_CONFIG?: string;
  @IsOptional() @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) LOG_LEVEL?: string;
}

export const ENVIRONMENT_NAMES = [
  'NODE_ENV',
  'PORT',
  'HOST',
  'PUBLIC_URL',
  'DATABASE_URL',
  'DATABASE_MIGRATION_URL',
  'DATA_DIR',
  'REDIS_URL',
  'ENCRYPTION_KEYS',
  'TRUSTED_PROXIES',
  'BOOTSTRAP_ADMIN_EMAIL',
  'BOOTSTRAP_ADMIN_PASSWORD',
  'BOOTSTRAP_CLIENT_ID',
  'BOOTSTRAP_CLIENT_SECRET',
  'SMTP_URL',
  'MAIL_FROM',
  'GATEHOUSE_CONFIG',
  'LOG_LEVEL',
] as const satisfies readonly (keyof Environment)[];
