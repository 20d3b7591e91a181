/** Every leaf with the path that leads to it. */
export function flat(value: unknown, path = ''): (readonly [string, string])[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return [[path, value.join(' ')]];
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([name, member]) =>
      flat(member, path === '' ? name : `${path}.${name}`),
    );
  return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
}
