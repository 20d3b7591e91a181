import { IntersectionType } from '@nestjs/swagger';
import { AuditFiltersRequest } from './audit-filters.request.js';
import { OptionalChoice } from './fields.js';
import { PageRequest } from './paging.js';

export class AuditEventsRequest extends IntersectionType(PageRequest, AuditFiltersRequest) {
  @OptionalChoice('`-time` (default) is newest first', ['time', '-time']) sort?: 'time' | '-time';
}
