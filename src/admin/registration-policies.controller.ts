import { Body, Delete, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AppConfig, provesNothing, type RegistrationMatch } from '../config/index.js';
import { RegistrationPolicies, TooManyPolicies, type RegistrationPolicyView } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { AdminProblem, found, invalidField } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { ClientReach } from './client-reach.js';
import { EndRequest, TakesReason } from './end.request.js';
import { checkTag, TakesIfMatch, tagOf } from './etag.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf, PageRequest } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import {
  ChangedRegistrationPolicyRequest,
  NewRegistrationPolicyRequest,
  type RegistrationMatchRequest,
} from './registration-policies.request.js';
import { RegistrationPolicyPage, RegistrationPolicyResponse } from './registration-policies.response.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { ADMIN_BASE } from './urls.js';

const USUAL_POSITION = 100;

@AdminController('registration-policies')
export class RegistrationPoliciesController {
  constructor(
    private readonly config: AppConfig,
    private readonly policies: RegistrationPolicies,
    private readonly reach: ClientReach,
  ) {}

  @Get()
  @RequireAdminScope('admin:clients:read')
  @ApiOperation({
    summary: 'Rules about applications that register themselves, in the order they are looked at',
    description: 'Those of the configuration come after them: `policies.registrationRules` of GET /settings.',
  })
  @ApiOkResponse({ type: RegistrationPolicyPage })
  async list(@Query() request: PageRequest): Promise<RegistrationPolicyPage> {
    return pageOf(await this.policies.list(paged(request)), RegistrationPolicyResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:clients:read')
  @ApiOperation({ summary: 'One rule' })
  @ApiOkResponse({ type: RegistrationPolicyResponse })
  async show(
    @Param('id', UuidParam) id: string,
    @Res({ passthrough: true }) res: Response,
  ): Promise<RegistrationPolicyResponse> {
    const policy = found(await this.policies.find(id));
    res.setHeader('ETag', etagOf(policy));
    return RegistrationPolicyResponse.of(policy);
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Approve, quarantine or refuse applications by what they are' })
  @ApiCreatedResponse({ type: RegistrationPolicyResponse })
  async create(
    @Body() request: NewRegistrationPolicyRequest,
    @AskedBy() operator: Operator,
    @Res({ passthrough: true }) res: Response,
  ): Promise<RegistrationPolicyResponse> {
    const { name, trust, position = USUAL_POSITION, scopes = null, redirects = null } = request;
    const match = matchOf(request.match ?? {});
    this.check({ trust, match, scopes }, operator);
    const wanted = { name, trust, position, match, scopes, redirects };
    const made = await counted(this.policies.create(wanted, operator.actor));
    res.setHeader('Location', `${this.config.publicUrl}/${ADMIN_BASE}/registration-policies/${made.id}`);
    res.setHeader('ETag', etagOf(made));
    return RegistrationPolicyResponse.of(made);
  }

  @Patch(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Change a rule; applications that are there stay what they are' })
  @TakesIfMatch()
  @ApiOkResponse({ type: RegistrationPolicyResponse })
  async change(
    @Param('id', UuidParam) id: string,
    @Body() { match, ...rest }: ChangedRegistrationPolicyRequest,
    @AskedBy() operator: Operator,
    @Req() req: Request,
  ): Promise<RegistrationPolicyResponse> {
    const { name, trust, position, scopes, redirects } = rest;
    const wanted = given({ name, trust, position, scopes, redirects, match: match && matchOf(match) });
    const decide = (before: RegistrationPolicyView) => {
      checkTag(operator.ifMatch, etagOf(before));
      this.reach.checkHeld(before.scopes ?? [], operator);
      this.check({ ...before, ...wanted, scopes: wanted.scopes ?? null }, operator);
      return wanted;
    };
    const changed = found(await this.policies.change(id, decide, operator.actor));
    req.res?.setHeader('ETag', etagOf(changed));
    return RegistrationPolicyResponse.of(changed);
  }

  @Delete(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:clients')
  @ApiOperation({ summary: 'Remove a rule; applications that are there stay what they are' })
  @TakesReason()
  @TakesIfMatch()
  @ApiOkResponse({ type: RegistrationPolicyResponse })
  async remove(
    @Param('id', UuidParam) id: string,
    @Query() query: EndRequest,
    @Body() body: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<RegistrationPolicyResponse> {
    const check = (before: RegistrationPolicyView): void => checkTag(operator.ifMatch, etagOf(before));
    const { actor } = by(operator, body, query);
    return RegistrationPolicyResponse.of(found(await this.policies.remove(id, check, actor)));
  }

  /** @throws AdminProblem when it would approve whoever claims something, or give what the operator does not have */
  private check(
    wanted: Pick<RegistrationPolicyView, 'trust' | 'match' | 'scopes'>,
    operator: Operator,
  ): void {
    if (provesNothing(wanted))
      throw invalidField(
        'match',
        'approves by software_ids alone, which anybody can claim; name hosts or URIs too',
      );
    this.reach.checkGiven('scopes', wanted.scopes ?? [], operator);
  }
}

const etagOf = (policy: RegistrationPolicyView): string => tagOf(RegistrationPolicyResponse.of(policy));

const matchOf = (match: RegistrationMatchRequest): RegistrationMatch =>
  given({
    kinds: match.kinds,
    redirectHosts: match.redirect_hosts,
    redirectUris: match.redirect_uris,
    clientIdHosts: match.client_id_hosts,
    softwareIds: match.software_ids,
  });

async function counted<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof TooManyPolicies)) throw error;
    throw new AdminProblem('conflict', { detail: 'Remove one first', reason: 'too_many_policies' });
  }
}
