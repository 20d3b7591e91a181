import { ValidateBy, type ValidationOptions } from 'class-validator';
import ipaddr from 'ipaddr.js';

/** A network in CIDR notation, of either family. */
export const IsNetwork = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isNetwork',
      validator: {
        validate: (value) => typeof value === 'string' && ipaddr.isValidCIDR(value),
        defaultMessage: () => '$property must list networks such as 10.20.0.0/16',
      },
    },
    options,
  );
