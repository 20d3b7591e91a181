export interface AdminRoute {
  /** `GrantsController.list`, for messages. */
  readonly where: string;
  readonly method: string;
  /** With its parameters, as `/admin/v1/grants/:id`. */
  readonly path: string;
  readonly scope: string | undefined;
  readonly guarded: boolean;
}

/** Everything that is wrong, so that it can be put right at once. */
export function problemsOf(routes: readonly AdminRoute[], scopeExists: (scope: string) => boolean): string[] {
  return routes.flatMap(({ where, method, path, scope, guarded }) => {
    const route = `${where} (${method} ${path})`;
    return [
      ...(guarded ? [] : [`${route} is not behind the admin guard; use @AdminController`]),
      ...(scope === undefined
        ? [`${route} declares no scope; add @RequireAdminScope('…') so that it can be refused`]
        : []),
      ...(scope !== undefined && !scopeExists(scope)
        ? [`${route} requires the scope "${scope}", which does not exist`]
        : []),
    ];
  });
}
