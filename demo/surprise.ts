/** Something happened that the story does not have in it. */
export class Surprise extends Error {
  override readonly name = 'Surprise';
}

/** @throws Surprise unless it is so. */
export function expectThat(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Surprise(otherwise);
}
