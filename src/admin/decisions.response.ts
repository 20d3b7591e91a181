import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AppliedPolicyResponse, DecisionRuleResponse } from './decision-rules.js';
import { COUNT, ID, TEXT, TEXTS, TIME } from './response-fields.js';
import { LedgerEntryResponse } from './tokens.response.js';

const open = { type: 'object', additionalProperties: true } as const;

/** A decision, and why it fell as it did. */
export class DecisionResponse {
  @ApiProperty({ ...ID, description: 'Of the audit event, as the refusal said it' }) id!: string;
  @ApiProperty({ ...TEXT, description: 'Type of the audit event' }) type!: string;
  @ApiProperty(TIME) time!: string;
  @ApiProperty({ enum: ['allowed', 'denied', 'throttled', 'error', 'aborted'] }) result!: string;
  @ApiPropertyOptional({ ...TEXT, description: 'Code of the reason' }) reason?: string;
  @ApiPropertyOptional(COUNT) http_status?: number;
  @ApiPropertyOptional({ ...TEXT, description: 'The rule that refused; absent when nothing was refused' })
  rule?: string;
  @ApiPropertyOptional({ ...TEXT, description: 'What would have been allowed' }) allowed_if?: string;
  @ApiPropertyOptional({ ...TEXTS, description: 'Scopes that were required' }) required?: readonly string[];
  @ApiPropertyOptional({ ...TEXTS, description: 'Scopes the caller had' }) granted?: readonly string[];
  @ApiPropertyOptional({ ...TEXTS, description: 'Of those required' }) missing?: readonly string[];
  @ApiPropertyOptional({ ...TEXTS, description: 'Roles whose people may be granted what is missing' })
  roles?: readonly string[];
  @ApiPropertyOptional({
    type: DecisionRuleResponse,
    isArray: true,
    description: 'Of what is called over MCP: each rule, from the decision taken again by its record',
  })
  rules?: readonly DecisionRuleResponse[];
  @ApiPropertyOptional({
    type: AppliedPolicyResponse,
    isArray: true,
    description: 'Which policies had a say in it',
  })
  policies?: readonly AppliedPolicyResponse[];
  @ApiPropertyOptional({ type: LedgerEntryResponse, description: 'What had ended the access' })
  ended_by?: LedgerEntryResponse;
  @ApiProperty({ ...open, description: 'Who asked' }) actor!: object;
  @ApiPropertyOptional(TEXT) user_id?: string;
  @ApiPropertyOptional(TEXT) client_id?: string;
  @ApiPropertyOptional(TEXT) grant_id?: string;
  @ApiPropertyOptional(TEXT) session_id?: string;
  @ApiPropertyOptional({ ...TEXT, description: 'The tool it was about' }) tool?: string;
  @ApiPropertyOptional({ ...TEXT, description: 'Method and path of the request' }) request?: string;
}
