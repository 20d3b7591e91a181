import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Ended } from '../oauth/index.js';
import type { RevocationReceipt } from '../revocation/index.js';
import { COUNT, TEXTS } from './response-fields.js';

export class ReceiptResponse {
  @ApiProperty({ ...COUNT, description: 'Position in the revocation ledger' }) seq!: number;
  @ApiProperty({ ...COUNT, description: 'Server processes that were running' }) replicas!: number;
  @ApiProperty({ ...COUNT, description: 'How many of them refuse it by now' }) acknowledged!: number;
  @ApiProperty({
    ...TEXTS,
    description: 'Those that have not said so yet; none answers with a view older than 2 s',
  })
  missing!: string[];
  @ApiProperty({
    type: 'integer',
    description: 'Milliseconds from the commit until the last acknowledgement',
  })
  propagation_ms!: number;

  static of(this: void, receipt: RevocationReceipt): ReceiptResponse {
    const { seq, replicas, acknowledged, missing, propagationMs } = receipt;
    return { seq, replicas, acknowledged, missing: [...missing], propagation_ms: propagationMs };
  }
}

export class EndedResponse {
  @ApiProperty({ description: 'False when it had been ended before: nothing was changed' }) ended!: boolean;
  @ApiProperty({ ...COUNT, description: 'Grants that were ended' }) grants!: number;
  @ApiProperty({ ...COUNT, description: 'Sessions that were ended' }) sessions!: number;
  @ApiPropertyOptional({ ...COUNT, description: 'API keys that were ended; absent when there were none' })
  api_keys?: number;
  @ApiPropertyOptional({ type: ReceiptResponse, description: 'Absent when nothing was changed' })
  receipt?: ReceiptResponse;

  static of(this: void, { ended, grants, sessions, apiKeys, receipt }: Ended): EndedResponse {
    const keys = apiKeys !== undefined && { api_keys: apiKeys };
    return { ended, grants, sessions, ...keys, ...(receipt && { receipt: ReceiptResponse.of(receipt) }) };
  }
}
