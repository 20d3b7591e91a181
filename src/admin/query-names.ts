import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { getMetadataStorage } from 'class-validator';

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- the types Nest gives a controller and a handler
export type Handled = { readonly controller: Function; readonly handler: Function };

const known = new WeakMap<object, ReadonlySet<string>>();

/** The names of the query that a handler's request classes declare. */
export function queryNames({ controller, handler }: Handled): ReadonlySet<string> {
  let names = known.get(handler);
  if (!names) {
    names = new Set(requestClasses({ controller, handler }).flatMap(membersOf));
    known.set(handler, names);
  }
  return names;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- what reflection answers
function requestClasses({ controller, handler }: Handled): Function[] {
  const prototype = controller.prototype as object;
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler.name) ?? {}) as Record<
    string,
    { index: number }
  >;
  const types = (Reflect.getMetadata('design:paramtypes', prototype, handler.name) ?? []) as unknown[];
  return Object.entries(args)
    .filter(([key]) => Number(key.split(':')[0]) === Number(RouteParamtypes.QUERY))
    .map(([, { index }]) => types[index])
    .filter((type) => typeof type === 'function')
    .filter((type) => type !== Object);
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- as class-validator has it
function membersOf(requestClass: Function): string[] {
  const members = getMetadataStorage().getTargetValidationMetadatas(requestClass, '', false, false);
  return members.map(({ propertyName }) => propertyName);
}
