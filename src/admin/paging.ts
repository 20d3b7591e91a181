import type { Type } from '@nestjs/common';
import { ApiHideProperty, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import { OptionalChoice, OptionalText, QueryInteger } from './fields.js';
import { COUNT } from './response-fields.js';

const MAX_CURSOR = 4_096;

/**
 * What every list takes. `QueryConventions` checks the cursor before: what a handler sees is the key of the row
 * beside the page, and `backwards` when the page is before that row.
 */
export class PageRequest {
  @QueryInteger('How many items to answer', 200, 50) limit: number = 50;
  @OptionalText('`next` or `prev` of another page of the same list', MAX_CURSOR) cursor?: string;
  @OptionalChoice('Say how many there are in all, up to 10000', ['capped']) count?: 'capped';
  @Allow() @ApiHideProperty() backwards?: boolean;
}

/** How much of a list, and where, in the words of the rooms that read it. */
export interface Paged {
  readonly limit: number;
  readonly cursor?: string;
  readonly backwards?: boolean;
  readonly counted?: boolean;
}

export function paged({ limit, cursor, backwards, count }: PageRequest): Paged {
  return { limit, ...given({ cursor, backwards, counted: count && true }) };
}

export class CountResponse {
  @ApiProperty(COUNT) value!: number;
  @ApiProperty({ description: 'There are more than `value`' }) capped!: boolean;
}

export interface Page<T> {
  items: T[];
  next?: string;
  prev?: string;
  count?: CountResponse;
}

/** The class of a page, as the OpenAPI document needs it. */
export function PageOf<T>(item: Type<T>): Type<Page<T>> {
  class PageResponse implements Page<T> {
    @ApiProperty({ type: item, isArray: true }) items!: T[];
    @ApiPropertyOptional({ type: String, description: '`cursor` of the next page; absent on the last one' })
    next?: string;
    @ApiPropertyOptional({
      type: String,
      description: '`cursor` of the page before; absent on the first one',
    })
    prev?: string;
    @ApiPropertyOptional({ type: CountResponse, description: 'With `count=capped`' })
    count?: CountResponse;
  }
  return PageResponse;
}

interface PageOfViews<View> {
  readonly items: readonly View[];
  readonly next?: string;
  readonly prev?: string;
  readonly count?: CountResponse;
}

export function pageOf<View, T>({ items, ...page }: PageOfViews<View>, map: (view: View) => T): Page<T> {
  const { next, prev, count } = page;
  return { items: items.map(map), ...given({ next, prev, count }) };
}

/** Leaves out members that are undefined, for callees that tell "absent" from "undefined". */
export function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
