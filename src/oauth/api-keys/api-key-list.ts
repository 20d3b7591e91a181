import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { cappedAt, pageOfRows, type CappedCount, type KeysetPage } from '../../database/index.js';
import {
  KEY_STATEMENT,
  keyCountStatement,
  keysStatement,
  keyViewOf,
  type ApiKeyQuery,
  type ApiKeyRow,
  type ApiKeyView,
} from './api-key-view.js';

/** Finds API keys, whosever they are. */
@Injectable()
export class ApiKeyList {
  constructor(private readonly dataSource: DataSource) {}

  async find(id: string): Promise<ApiKeyView | undefined> {
    const [row] = await this.dataSource.query<ApiKeyRow[]>(KEY_STATEMENT, [id]);
    return row && keyViewOf(row);
  }

  /** Newest first. */
  async list(query: ApiKeyQuery): Promise<KeysetPage<ApiKeyView>> {
    const count = query.counted ? await this.count(query) : undefined;
    const { text, values } = keysStatement(query);
    const page = pageOfRows(await this.dataSource.query<ApiKeyRow[]>(text, values), query, ({ id }) => id);
    return { ...page, items: page.items.map(keyViewOf), ...(count && { count }) };
  }

  private async count(query: ApiKeyQuery): Promise<CappedCount> {
    const { text, values } = keyCountStatement(query);
    const [row] = await this.dataSource.query<{ value: number }[]>(text, values);
    return cappedAt(row!.value);
  }
}
