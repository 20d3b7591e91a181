import { Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, ExternalContextCreator, MetadataScanner, Reflector } from '@nestjs/core';
import { DECLARED, POLICY, type Declared, type DeclaredPolicy } from '../authoring/declared.js';
import type { FoundMethod, Invoke } from './item.js';

type Method = (...args: unknown[]) => unknown;

/** The type Nest asks the parameter factory for; ours knows one. */
const INPUT = 0;
const INPUT_FACTORY = { exchangeKeyForValue: (_type: number, _data: unknown, args: unknown[]) => args[0] };

/**
 * Finds the methods that declare something to MCP clients, in all providers. They are called as Nest calls route
 * handlers: through their guards, interceptors, pipes and exception filters.
 */
@Injectable()
export class FoundMethods {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly contexts: ExternalContextCreator,
  ) {}

  all(): FoundMethod[] {
    const providers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    return providers.flatMap((wrapper) => {
      const prototype = (wrapper.metatype as { prototype?: object } | null)?.prototype;
      if (!prototype) return [];
      const instance = wrapper.isDependencyTreeStatic()
        ? (wrapper.instance as object | undefined)
        : undefined;
      return this.scanner
        .getAllMethodNames(prototype)
        .flatMap((method) => this.found(prototype, method, instance));
    });
  }

  private found(prototype: object, key: string, instance: object | undefined): FoundMethod[] {
    const method = (prototype as Record<string, unknown>)[key];
    if (typeof method !== 'function') return [];
    const declared = this.reflector.get<Declared | undefined>(DECLARED, method);
    const policy = this.reflector.get<DeclaredPolicy | undefined>(POLICY, method);
    if (!declared && !policy) return [];
    return [
      {
        where: `${prototype.constructor.name}.${key}`,
        ...(declared && { declared }),
        policy: policy ?? {},
        ...(instance && { invoke: this.invoke(instance, method as Method, key) }),
      },
    ];
  }

  private invoke(instance: object, method: Method, key: string): Invoke {
    nameInput(instance.constructor, key);
    return this.contexts.create(
      instance,
      method,
      key,
      ROUTE_ARGS_METADATA,
      INPUT_FACTORY,
      undefined,
      undefined,
      undefined,
      'mcp',
    );
  }
}

/** Where other parameters have decorators, the first without one is the input. */
function nameInput(owner: object, key: string): void {
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, owner, key) as
    Record<string, { index: number }> | undefined;
  if (!parameters || Object.values(parameters).some(({ index }) => index === 0)) return;
  const input = { index: 0, data: undefined, pipes: [] };
  Reflect.defineMetadata(ROUTE_ARGS_METADATA, { ...parameters, [`${INPUT}:0`]: input }, owner, key);
}
