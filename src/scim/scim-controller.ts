import { applyDecorators, Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { Audited } from '../audit/index.js';
import { ScimAnswer } from './scim-answer.js';
import { ScimFilter } from './scim.filter.js';
import { ScimGuard } from './scim.guard.js';

/** Where the API is, below the base path. */
export const SCIM_BASE = 'scim/v2';

/** A controller of the provisioning API, with all that its routes have in common. */
export const ScimController = (path = ''): ClassDecorator =>
  applyDecorators(Audited('scim.request.handled'), PublicScimController(path), UseGuards(ScimGuard));

/** One that needs no token. */
export const PublicScimController = (path = ''): ClassDecorator =>
  applyDecorators(
    Controller(path === '' ? SCIM_BASE : `${SCIM_BASE}/${path}`),
    UseInterceptors(ScimAnswer),
    UseFilters(ScimFilter),
  );
