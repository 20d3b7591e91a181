import { NotFoundException, type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import type { AppConfig } from '../config/index.js';
import { ScopeCatalogue } from '../oauth/index.js';
import { PROBLEMS } from './admin-problem.js';
import { AdminModule } from './admin.module.js';
import { withConventions } from './document-conventions.js';
import { SECURITY_SCHEME } from './require-admin-scope.js';
import { ADMIN_BASE } from './urls.js';

/** Swagger UI styles itself by attributes and brings its icons as data; nothing comes from anywhere else. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What the page is made of. */
const PAGE =
  /^\/(?:swagger-ui(?:-bundle|-standalone-preset|-init)?\.(?:js|css)|favicon-(?:16x16|32x32)\.png)$/;

/** The OpenAPI document at `/admin/v1/openapi.json` and its readable form at `/admin/docs`; both are public, and made when asked for. */
export function setUpAdminDocs(app: INestApplication, config: AppConfig): void {
  app.use('/admin/docs', onlyThePage);
  app.use(['/admin/docs', `/${ADMIN_BASE}/openapi.json`], docsHeaders);
  SwaggerModule.setup('admin/docs', app, () => adminDocument(app, config), {
    jsonDocumentUrl: `${ADMIN_BASE}/openapi.json`,
    raw: ['json'],
    customCss: '.swagger-ui .topbar { display: none }',
    customSiteTitle: `${config.brand.name} admin API`,
    // The validator would send the document to a server of others.
    swaggerOptions: { validatorUrl: null, supportedSubmitMethods: [] },
  });
}

/** Swagger UI would serve its whole package, source maps and all. */
function onlyThePage({ path }: Request, _res: Response, next: NextFunction): void {
  next(path === '/' || PAGE.test(path) ? undefined : new NotFoundException());
}

function docsHeaders(_req: Request, res: Response, next: NextFunction): void {
  res.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-cache',
  });
  next();
}

function adminDocument(app: INestApplication, config: AppConfig): OpenAPIObject {
  const scopes = adminScopes(app.get(ScopeCatalogue, { strict: false }));
  const tokenUrl = `${config.publicUrl}/oauth2/token`;
  const head = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`${config.brand.name} admin API`)
    .setVersion('1')
    .setDescription(description(config))
    .addServer(config.publicUrl)
    .addOAuth2(
      {
        type: 'oauth2',
        flows: {
          clientCredentials: { tokenUrl, scopes },
          authorizationCode: { authorizationUrl: `${config.publicUrl}/oauth2/authorize`, tokenUrl, scopes },
        },
      },
      SECURITY_SCHEME,
    )
    .build();
  const document = SwaggerModule.createDocument(app, head, {
    include: [AdminModule],
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  return withConventions(document);
}

function adminScopes(catalogue: ScopeCatalogue): Record<string, string> {
  const entries = catalogue
    .names()
    .map((name) => catalogue.get(name))
    .filter((entry) => entry?.resource === 'admin');
  return Object.fromEntries(entries.flatMap((entry) => (entry ? [[entry.name, entry.sentence]] : [])));
}

function description(config: AppConfig): string {
  const problems = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`,
  );
  return [
    `Find and end users, clients, grants, sessions and tokens, and read the audit trail. Every request carries an access`,
    `token for the resource \`${config.adminResource}\` in the Authorization header, with the scope of its route.`,
    '',
    'Lists take `limit` and `cursor`; `next` of a page is the `cursor` of the following one, also given as a `Link` header.',
    'Ending something answers a receipt that says how many server processes refuse it by now; ending it again changes',
    'nothing and says so. Refusals are RFC 9457 problems; their `decision_id` is the id of the audit event that tells why.',
    '',
    '| code | status | |',
    '|---|---|---|',
    ...problems,
  ].join('\n');
}
