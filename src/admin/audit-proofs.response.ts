import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type {
  Consistency,
  Finding,
  InclusionProof,
  Integrity,
  SignedCheckpoint,
  Verified,
} from '../audit/index.js';
import { PageOf } from './paging.js';
import { COUNT, ID, TEXT, TEXTS, TIME } from './response-fields.js';

const HASHES = { ...TEXTS, description: 'SHA-256 in base64url, as RFC 9162 orders them' };

export class CheckpointResponse {
  @ApiProperty({ ...COUNT, description: 'How many events it covers' }) tree_size!: number;
  @ApiProperty({ ...ID, description: 'Names the trail' }) chain_uid!: string;
  @ApiProperty({ ...TEXT, description: 'Root of the hash tree (RFC 9162 §2.1.1), in base64url' })
  root!: string;
  @ApiProperty(TIME) time!: string;
  @ApiProperty({ ...TEXT, description: 'Which key signed it' }) kid!: string;
  @ApiProperty({ ...TEXT, description: 'The signed checkpoint (RFC 7515): keep it elsewhere' }) jws!: string;

  static of({ claims, kid, jws }: SignedCheckpoint): CheckpointResponse {
    const { tree_size, chain_uid, root, time } = claims;
    return { tree_size, chain_uid, root, time, kid, jws };
  }
}

export class CheckpointPage extends PageOf(CheckpointResponse) {}

export class IntegrityResponse implements Integrity {
  @ApiProperty(ID) chain_uid!: string;
  @ApiProperty({ ...COUNT, description: 'Place of the event in the tree' }) seq!: number;
  @ApiProperty(TEXT) leaf_hash!: string;
}

export class InclusionProofResponse {
  @ApiProperty(ID) event_id!: string;
  @ApiProperty({ type: IntegrityResponse }) integrity!: IntegrityResponse;
  @ApiProperty(HASHES) hashes!: string[];
  @ApiProperty({ type: CheckpointResponse }) checkpoint!: CheckpointResponse;

  static of(event_id: string, { integrity, hashes, checkpoint }: InclusionProof): InclusionProofResponse {
    return { event_id, integrity, hashes: [...hashes], checkpoint: CheckpointResponse.of(checkpoint) };
  }
}

export class ConsistencyResponse {
  @ApiProperty({ type: CheckpointResponse }) first!: CheckpointResponse;
  @ApiProperty({ type: CheckpointResponse }) second!: CheckpointResponse;
  @ApiProperty(HASHES) hashes!: string[];

  static of(first: SignedCheckpoint, second: SignedCheckpoint, { hashes }: Consistency): ConsistencyResponse {
    return {
      first: CheckpointResponse.of(first),
      second: CheckpointResponse.of(second),
      hashes: [...hashes],
    };
  }
}

class FindingResponse {
  @ApiProperty({ ...TEXT, description: 'changed, missing, added, reordered, cut, forged_checkpoint …' })
  flaw!: string;
  @ApiProperty(TEXT) message!: string;
  @ApiPropertyOptional(COUNT) seq?: number;
  @ApiPropertyOptional(ID) event_id?: string;
}

export class VerifiedResponse {
  @ApiProperty() ok!: boolean;
  @ApiProperty(COUNT) from!: number;
  @ApiProperty({ ...COUNT, description: 'Exclusive' }) to!: number;
  @ApiProperty({ ...COUNT, description: 'How many events are sealed in all' }) tree_size!: number;
  @ApiProperty({ ...COUNT, description: 'Events looked at' }) events!: number;
  @ApiProperty({
    ...COUNT,
    description: 'Events that retention has taken out, and that are in signed archives',
  })
  archived!: number;
  @ApiProperty({ ...TEXTS, description: 'The partitions they were in' }) archives!: string[];
  @ApiProperty({ ...COUNT, description: 'Checkpoints looked at' }) checkpoints!: number;
  @ApiPropertyOptional({ type: FindingResponse, description: 'The first that does not fit' })
  first_bad?: FindingResponse;

  static of(range: { from: number; to: number }, verified: Verified): VerifiedResponse {
    const { finding, events, archived, archives, checkpoints, sealed } = verified;
    return {
      ok: finding === undefined,
      ...range,
      tree_size: sealed,
      events,
      archived,
      archives: [...archives],
      checkpoints,
      ...(finding && { first_bad: badOf(finding) }),
    };
  }
}

function badOf({ flaw, message, seq, event_id }: Finding): FindingResponse {
  return { flaw, message, ...(seq !== undefined && { seq }), ...(event_id !== undefined && { event_id }) };
}
