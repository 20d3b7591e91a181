import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Body, Get, Logger, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
} from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, ValidateNested } from 'class-validator';
import type { Request, Response } from 'express';
import {
  AuditLog,
  EXPORT_FORMATS,
  ExportDownloads,
  ExportOrders,
  formatOf,
  type AuditExportView,
} from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { AdminProblem, found } from './admin-problem.js';
import { AskedBy, isDryRun, type AdminRequest, type Operator } from './admin-request.js';
import { AuditExportPage, AuditExportResponse } from './audit-exports.response.js';
import { AuditFiltersRequest, filtersOf } from './audit-filters.request.js';
import { Omittable, OptionalId } from './fields.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf, PageRequest } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';

const FORMATS = EXPORT_FORMATS.map(({ name }) => name);
/** What takes longer is answered 202. */
const PATIENCE_MS = 2_000;

export class NewExportRequest {
  @IsIn(FORMATS) @ApiProperty({ enum: FORMATS }) format!: string;

  @Omittable()
  @IsObject()
  @ValidateNested()
  @Type(() => AuditFiltersRequest)
  @ApiPropertyOptional({ type: AuditFiltersRequest, description: 'Without them everything' })
  filters?: AuditFiltersRequest;
}

export class AuditExportsRequest extends PageRequest {
  @OptionalId('Those that a schedule has made') schedule_id?: string;
}

@AdminController('audit/exports')
export class AuditExportsController {
  private readonly logger = new Logger('audit');

  constructor(
    private readonly orders: ExportOrders,
    private readonly downloads: ExportDownloads,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Exports, the newest first' })
  @ApiOkResponse({ type: AuditExportPage })
  async list(@Query() request: AuditExportsRequest): Promise<AuditExportPage> {
    const query = { ...paged(request), ...given({ scheduleId: request.schedule_id }) };
    return pageOf(await this.orders.list(query), (row) => AuditExportResponse.of(row));
  }

  @Post()
  @RequireAdminScope('admin:audit')
  @RequireRecentSignIn()
  @ApiOperation({ summary: 'Export what is sealed by now; 202 when it takes a while' })
  @ApiHeader({ name: 'Prefer', required: false, description: '`respond-async` is answered 202 at once' })
  @ApiCreatedResponse({ type: AuditExportResponse })
  @ApiAcceptedResponse({ type: AuditExportResponse })
  async create(
    @Body() { format, filters }: NewExportRequest,
    @AskedBy() { actor }: Operator,
    @Req() req: AdminRequest,
  ): Promise<AuditExportResponse> {
    const made = await this.orders.create(actor, { format, filters: filters ? filtersOf(filters) : {} });
    const waits = !isDryRun(req) && !/\brespond-async\b/i.test(String(req.headers.prefer ?? ''));
    const row = (waits ? await this.orders.doneWithin(made.id, PATIENCE_MS) : undefined) ?? made;
    req.res?.status(row.state === 'ready' ? 201 : 202).setHeader('Location', `${req.path}/${row.id}`);
    return AuditExportResponse.of(row);
  }

  @Get(':id')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'How far an export is, and its signed manifest' })
  @ApiOkResponse({ type: AuditExportResponse })
  async show(@Param('id', UuidParam) id: string): Promise<AuditExportResponse> {
    return AuditExportResponse.of(found(await this.orders.find(id)));
  }

  @Get(':id/download')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'The file; one that is shorter than it says is not whole' })
  @ApiOkResponse({
    description: 'The file',
    content: { 'application/octet-stream': { schema: { type: 'string' } } },
  })
  async download(
    @Param('id', UuidParam) id: string,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const row = found(await this.orders.find(id));
    if (row.state !== 'ready')
      throw new AdminProblem('conflict', {
        detail: `The export is ${row.state}`,
        reason: 'export_not_ready',
      });
    await this.audit.decide({
      type: 'audit.exported',
      targets: [{ type: 'audit_export', id }],
      details: { format: row.format, filters: { ...row.filters }, step: 'downloaded' },
    });
    res.status(200).set(headersOf(row));
    if (req.method === 'HEAD') return void res.end();
    // Not awaited: the request has been recorded, and a file may take its time.
    void pipeline(Readable.from(this.downloads.parts(row)), res).catch((error: unknown) =>
      this.logger.warn({ err: error, export: id }, 'a download of an export was cut off'),
    );
  }
}

function headersOf({ id, format, bytes, digest }: AuditExportView): Record<string, string> {
  const { mediaType, extension } = formatOf(format);
  return {
    'Content-Type': mediaType,
    'Content-Length': bytes!,
    'Content-Disposition': `attachment; filename="audit-${id}.${extension}"`,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    // RFC 9530
    'Repr-Digest': `sha-256=:${digest!.toString('base64')}:`,
  };
}
