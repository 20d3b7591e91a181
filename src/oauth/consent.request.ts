import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

/** The form of `/consent`. */
export class ConsentRequest {
  @IsIn(['approve', 'deny']) decision!: 'approve' | 'deny';
  /** The authorization request as a query; read and checked again as a whole. */
  @IsString() @MaxLength(32_768) request!: string;
  /** What the client was when the page was made. */
  @IsOptional() @IsString() @MaxLength(200) seen?: string;
  /** Scopes that the person does not want to allow; ticked once it is a text, more often a list. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value))
  @ArrayMaxSize(100)
  @IsString({ each: true })
  leave_out?: string[];
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
}
