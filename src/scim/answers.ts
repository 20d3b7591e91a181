import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { Rights } from '../users/index.js';
import { listResponse, readListQuery, type ListPage, type ListQuery } from './list-query.js';
import { Projection } from './projection.js';
import { etagOf, names, type Done } from './resource-actions.js';
import { scimUrl } from './resource-input.js';
import { notFound } from './scim-refusal.js';
import type { ResourceKind } from './schemas.js';
import { isObject, type Json } from './shape.js';

/** How resources are answered, whichever kind they are. */
@Injectable()
export class Answers {
  constructor(
    private readonly config: AppConfig,
    private readonly rights: Rights,
  ) {}

  /** @throws ScimRefusal when there is none */
  one(
    req: Request,
    res: Response,
    kind: ResourceKind,
    found: { resource: Json; version: number } | undefined,
  ): Json | undefined {
    if (!found) throw notFound();
    const version = etagOf(found.version);
    res.setHeader('ETag', version);
    const known = req.headers['if-none-match'];
    if (known !== undefined && names(known, found.version)) {
      res.status(304);
      return undefined;
    }
    return Projection.read(req.query, kind).of(found.resource);
  }

  async list(
    raw: object,
    kind: ResourceKind,
    list: (query: ListQuery) => Promise<ListPage>,
  ): Promise<object> {
    const query = readListQuery(isObject(raw) ? raw : {}, kind, this.config.limits.scim.pageSize);
    return listResponse(await list(query), query);
  }

  /** An answer comes when what was taken away is refused everywhere. */
  async applied(seq: number | undefined): Promise<void> {
    await this.rights.receipt(seq);
  }

  /** The answer comes when that is so, and has what was asked for. */
  async changed(req: Request, res: Response, kind: ResourceKind, done: Done): Promise<Json | undefined> {
    await this.applied(done.seq);
    if (done.version) res.setHeader('ETag', done.version);
    if (req.method === 'POST') res.setHeader('Location', this.locationOf(kind, done.id));
    return done.resource && Projection.read(req.query, kind).of(done.resource);
  }

  locationOf({ endpoint }: ResourceKind, id: string): string {
    return `${scimUrl(this.config)}${endpoint}/${id}`;
  }
}
