import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';

/** Reads `raw` as a `type`, and adds each problem to `problems` with its path; unknown keys are problems too. */
export function readAs<T extends object>(
  type: ClassConstructor<T>,
  raw: object,
  prefix: string,
  problems: string[],
): T {
  const value = plainToInstance(type, raw, { exposeDefaultValues: true });
  const errors = validateSync(value, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  for (const error of errors) describe(error, prefix, problems);
  return value;
}

function describe(error: ValidationError, prefix: string, problems: string[]): void {
  const path = /^\d+$/.test(error.property)
    ? `${prefix}[${error.property}]`
    : `${prefix}${prefix && '.'}${error.property}`;
  for (const [rule, message] of Object.entries(error.constraints ?? {})) {
    const text =
      rule === 'whitelistValidation' ? 'is not a known setting' : message.replace(error.property, '').trim();
    problems.push(`${path} ${text}`);
  }
  for (const child of error.children ?? []) describe(child, path, problems);
}
