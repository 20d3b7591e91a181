import { Injectable, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ScopeCatalogue } from '../oauth/index.js';
import { AdminGuard } from './admin.guard.js';
import { requiredScope } from './require-admin-scope.js';
import { problemsOf, type AdminRoute } from './route-problems.js';
import { ADMIN_BASE } from './urls.js';

/** The routes below `/admin/v1`, found at start. One that nobody could be refused is a reason not to start. */
@Injectable()
export class AdminRoutes implements OnModuleInit {
  private routes: readonly { readonly method: string; readonly pattern: RegExp }[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  onModuleInit(): void {
    const routes = this.discovered();
    const problems = problemsOf(routes, (scope) => this.catalogue.has(scope));
    if (problems.length > 0) throw new Error(`The admin API cannot be served:\n- ${problems.join('\n- ')}`);
    this.routes = routes.map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  }

  /** The methods served at a path; none when it does not exist. */
  methodsAt(path: string): string[] {
    const methods = this.routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
  }

  private discovered(): AdminRoute[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => routesOf(metatype, name, prototype[name]));
    });
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- the type Nest gives a controller
function routesOf(controller: Function, name: string, handler: unknown): AdminRoute[] {
  if (typeof handler !== 'function') return [];
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  if (method === undefined) return [];
  const guards = (Reflect.getMetadata(GUARDS_METADATA, controller) ?? []) as unknown[];
  const common = {
    where: `${controller.name}.${name}`,
    method: RequestMethod[method] ?? 'ALL',
    scope: requiredScope(handler),
    guarded: guards.includes(AdminGuard),
  };
  return pathsOf(controller)
    .flatMap((base) =>
      pathsOf(handler).map((path) => `/${[base, path].join('/').split('/').filter(Boolean).join('/')}`),
    )
    .filter((path) => `${path}/`.startsWith(`/${ADMIN_BASE}/`))
    .map((path) => ({ ...common, path }));
}

function pathsOf(target: object): string[] {
  const paths = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return [paths ?? ''].flat();
}

/** As express matches: without regard to case and to one trailing slash. */
function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z_]+/g, '[^/]+');
  return new RegExp(`^${escaped}/?$`, 'i');
}
