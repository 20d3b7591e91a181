import { Body, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
} from '@nestjs/swagger';
import {
  NotTheirs,
  SavedSearches,
  TooManyAlerts,
  TooManySearches,
  type AuditFilters,
  type SavedSearchView,
  type SearchAlert,
} from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { AdminProblem, found, invalidField } from './admin-problem.js';
import { AskedBy, type Operator } from './admin-request.js';
import { filtersOf } from './audit-filters.request.js';
import { UuidParam } from './ids.js';
import { given, paged, PageOf, pageOf, PageRequest } from './paging.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { ID, TEXT, TIME } from './response-fields.js';
import {
  ChangedSavedSearchRequest,
  NewSavedSearchRequest,
  SearchAlertRequest,
} from './saved-searches.request.js';

class SavedSearchResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) filters!: AuditFilters;
  @ApiProperty({ type: Boolean }) shared!: boolean;
  @ApiProperty({ type: Boolean, description: 'Whether it is yours to change' }) own!: boolean;
  @ApiPropertyOptional({ type: SearchAlertRequest }) alert?: SearchAlertRequest;
  @ApiPropertyOptional({ ...TIME, description: 'When it was last raised' }) alerted_at?: string;
  @ApiProperty(TIME) created_at!: string;
  @ApiProperty(TIME) updated_at!: string;

  static for({ actor }: Operator) {
    return (search: SavedSearchView): SavedSearchResponse => ({
      id: search.id,
      name: search.name,
      filters: search.filters,
      shared: search.shared,
      own: search.owner === `${actor.type} ${actor.id}`,
      ...given({ alert: shownAlert(search), alerted_at: search.alertedAt?.toISOString() }),
      created_at: search.createdAt.toISOString(),
      updated_at: search.updatedAt.toISOString(),
    });
  }
}

class SavedSearchPage extends PageOf(SavedSearchResponse) {}

@AdminController('audit/saved-searches')
export class SavedSearchesController {
  constructor(private readonly searches: SavedSearches) {}

  @Get()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Searches that you keep, and those that others share' })
  @ApiOkResponse({ type: SavedSearchPage })
  async list(@Query() request: PageRequest, @AskedBy() operator: Operator): Promise<SavedSearchPage> {
    const page = await this.searches.list(operator.actor, paged(request));
    return pageOf(page, SavedSearchResponse.for(operator));
  }

  @Get(':id')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'One search' })
  @ApiOkResponse({ type: SavedSearchResponse })
  async show(
    @Param('id', UuidParam) id: string,
    @AskedBy() operator: Operator,
  ): Promise<SavedSearchResponse> {
    return SavedSearchResponse.for(operator)(found(await this.searches.find(operator.actor, id)));
  }

  @Post()
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Keep a search' })
  @ApiCreatedResponse({ type: SavedSearchResponse })
  async create(
    @Body() request: NewSavedSearchRequest,
    @AskedBy() operator: Operator,
  ): Promise<SavedSearchResponse> {
    const { name, filters, shared = false } = request;
    const wanted = { name, filters: filtersOf(filters), shared, ...given({ alert: alertOf(request.alert) }) };
    checkAlert(wanted);
    return SavedSearchResponse.for(operator)(await problems(this.searches.create(operator.actor, wanted)));
  }

  @Patch(':id')
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Change a search of yours' })
  @ApiOkResponse({ type: SavedSearchResponse })
  async change(
    @Param('id', UuidParam) id: string,
    @Body() { name, filters, shared, alert }: ChangedSavedSearchRequest,
    @AskedBy() operator: Operator,
  ): Promise<SavedSearchResponse> {
    const wanted = given({ name, shared, filters: filters && filtersOf(filters), alert: alertOf(alert) });
    const before = found(await this.searches.find(operator.actor, id));
    checkAlert({
      filters: wanted.filters ?? before.filters,
      alert: 'alert' in wanted ? wanted.alert : shownAlert(before),
    });
    const changed = await problems(this.searches.change(operator.actor, id, wanted));
    return SavedSearchResponse.for(operator)(found(changed));
  }

  @Delete(':id')
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Forget a search of yours' })
  @ApiOkResponse({ type: SavedSearchResponse })
  async remove(
    @Param('id', UuidParam) id: string,
    @AskedBy() operator: Operator,
  ): Promise<SavedSearchResponse> {
    const removed = await problems(this.searches.remove(operator.actor, id));
    return SavedSearchResponse.for(operator)(found(removed));
  }
}

const alertOf = (alert: SearchAlertRequest | null | undefined): SearchAlert | null | undefined =>
  alert && { threshold: alert.threshold, windowS: alert.window_minutes * 60 };

const shownAlert = ({ alertThreshold, alertWindowS }: SavedSearchView): SearchAlertRequest | undefined =>
  alertThreshold === null || alertWindowS === null
    ? undefined
    : { threshold: alertThreshold, window_minutes: alertWindowS / 60 };

/** @throws AdminProblem when the window says it already, or it could not be counted a few times a minute */
function checkAlert({ filters, alert }: { filters: AuditFilters; alert?: object | null | undefined }): void {
  if (!alert) return;
  for (const name of ['since', 'until', 'q'] as const)
    if (filters[name] !== undefined)
      throw invalidField(`filters.${name}`, 'cannot be part of a search that raises alerts');
}

async function problems<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TooManySearches)
      throw new AdminProblem('conflict', { detail: 'Forget one first', reason: 'too_many_searches' });
    if (error instanceof TooManyAlerts)
      throw new AdminProblem('conflict', { detail: 'Take one away first', reason: 'too_many_alerts' });
    if (error instanceof NotTheirs)
      throw new AdminProblem('forbidden', { detail: 'It is somebody else’s', reason: 'not_the_owner' });
    throw error;
  }
}
