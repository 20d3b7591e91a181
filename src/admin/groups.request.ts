import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsUUID } from 'class-validator';
import { applyDecorators } from '@nestjs/common';
import { ROLES, type Role } from '../config/index.js';
import { Omittable, OptionalText, Text } from './fields.js';
import { PageRequest } from './paging.js';

const MAX_MEMBERS = 1_000;

export const OptionalRoles = (description: string): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    IsArray(),
    ArrayUnique(),
    IsIn(ROLES, { each: true }),
    ApiPropertyOptional({ description, enum: [...ROLES], isArray: true }),
  );

const OptionalPeople = (description: string): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    IsArray(),
    ArrayMaxSize(MAX_MEMBERS),
    IsUUID(undefined, { each: true }),
    ApiPropertyOptional({ description, type: String, format: 'uuid', isArray: true, maxItems: MAX_MEMBERS }),
  );

export class GroupsRequest extends PageRequest {
  @OptionalText('Part of the name') q?: string;
}

export class NewGroupRequest {
  @Text('Rules and decisions refer to it by this name') name!: string;
  @OptionalRoles('What its people are by being in it') roles?: Role[];
  @OptionalPeople('Ids of people who are in it from the start') members?: string[];
}

export class ChangedGroupRequest {
  @OptionalText('Rules no longer find it under the old name') name?: string;
  @OptionalRoles('In place of those it has') roles?: Role[];
}

/** Operators take out only whom operators put in. */
export class ChangedMembersRequest {
  @OptionalPeople('Ids of people who come in') add?: string[];
  @OptionalPeople('Ids of people who go') remove?: string[];
}
