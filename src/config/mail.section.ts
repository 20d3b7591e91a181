import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { isLoopbackUrl } from './production-gaps.js';

/** The server that takes the mail. */
export class SmtpSection {
  @Matches(/^(?:[A-Za-z0-9_.-]{1,253}|[0-9A-Fa-f:.]{2,45})$/, {
    message: 'host must be a host name or an address',
  })
  host!: string;
  @IsInt() @Min(1) @Max(65_535) port: number = 587;
  /** TLS from the first byte; without it the connection is upgraded (STARTTLS). */
  @IsBoolean() secure: boolean = false;
  /** Development only, but on loopback: `false` lets links travel in clear where the server knows no TLS. */
  @IsBoolean() requireTls: boolean = true;
  @IsOptional() @IsString() @IsNotEmpty() user?: string;
  @IsOptional()
  @IsString({ message: 'password must be a text, or { env: NAME } of a variable that is set' })
  @IsNotEmpty()
  password?: string;
}

/** `mail` of the configuration file: without `smtp` there are no invitations and no password resets by mail. */
export class MailSection {
  @IsOptional() @ValidateNested() @Type(() => SmtpSection) smtp?: SmtpSection;
  /** `Example <no-reply@example.com>` */
  @IsOptional() @IsEmail({ allow_display_name: true, require_tld: false }) from?: string;
  /** Of letters to people whose language nobody knows. */
  @IsIn(['en', 'de']) language: 'en' | 'de' = 'en';
}

interface MailEnvironment {
  readonly SMTP_URL?: string;
  readonly MAIL_FROM?: string;
}

/** The environment stands over the file: `SMTP_URL` for the whole of `mail.smtp`, `MAIL_FROM` for `mail.from`. */
export function mailOf(section: MailSection, { SMTP_URL, MAIL_FROM }: MailEnvironment): MailSection {
  return Object.assign(new MailSection(), section, {
    ...(SMTP_URL && URL.canParse(SMTP_URL) && { smtp: smtpOf(new URL(SMTP_URL)) }),
    ...(MAIL_FROM && { from: MAIL_FROM }),
  });
}

function smtpOf(url: URL): SmtpSection {
  const secure = url.protocol === 'smtps:';
  return Object.assign(new SmtpSection(), {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(url.username && { user: decoded(url.username) }),
    ...(url.password && { password: decoded(url.password) }),
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What a start with NODE_ENV=production refuses. */
export function mailGaps(section: MailSection, env: MailEnvironment): string[] {
  const { smtp } = mailOf(section, env);
  return smtp && !smtp.secure && !smtp.requireTls && !isLoopbackHost(smtp.host)
    ? ['mail.smtp.requireTls is off: links that let people in would travel in clear']
    : [];
}

/** Whether a host is this machine itself. */
export function isLoopbackHost(host: string): boolean {
  const url = `http://${host.includes(':') ? `[${host}]` : host}`;
  return URL.canParse(url) && isLoopbackUrl(url);
}

/** What single values do not show. */
export function mailProblems(section: MailSection, env: MailEnvironment): string[] {
  const { smtp, from } = mailOf(section, env);
  if (!smtp) return [];
  return [
    from === undefined && 'mail.from is missing: say who the mail is from, here or in MAIL_FROM',
    (smtp.user === undefined) !== (smtp.password === undefined) &&
      'mail.smtp needs user and password together, or neither',
  ].filter((problem) => typeof problem === 'string');
}
