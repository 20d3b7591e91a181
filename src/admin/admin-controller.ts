import {
  applyDecorators,
  Controller,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { ApiExtraModels, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Audited } from '../audit/index.js';
import { AdminThrottle } from './admin-throttle.guard.js';
import { AdminGuard } from './admin.guard.js';
import { DryRun, DryRunResponse } from './dry-run.js';
import { JsonBodyGuard } from './json-body.guard.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemResponse } from './problem.response.js';
import { QueryConventions } from './query-conventions.js';
import { RepeatSafety } from './repeat-safety.js';
import { ADMIN_BASE } from './urls.js';
import { validation } from './validation.js';

const problem = (status: '4XX' | '5XX') =>
  ApiResponse({
    status,
    description: status === '4XX' ? 'Refused; `code` says why' : 'Failed; try again later',
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemResponse) } } },
  });

/** A controller of the admin API below `/admin/v1`, with all that its routes have in common. */
export const AdminController = (path: string, tag = path): ClassDecorator =>
  applyDecorators(
    Controller(`${ADMIN_BASE}/${path}`),
    Audited('admin.request.handled'),
    UseGuards(AdminGuard, AdminThrottle, JsonBodyGuard),
    UsePipes(validation),
    UseInterceptors(QueryConventions, RepeatSafety, DryRun),
    UseFilters(ProblemFilter),
    ApiTags(tag),
    ApiExtraModels(ProblemResponse, DryRunResponse),
    problem('4XX'),
    problem('5XX'),
  );
