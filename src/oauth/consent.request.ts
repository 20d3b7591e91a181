import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

/** The form of `/consent`. */
export class ConsentRequest {
  @IsIn(['approve', 'deny']) decision!: 'approve' | 'deny';
  /** The authorization request as a query; read and checked again as a whole. */
  @IsString() @MaxLength(32_768) request!: string;
  @IsOptional() @IsString() @MaxLength(200) csrf?: string;
}
