/** A document that is not read. `code` is a snake_case word that says why. */
export class XmlRefused extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'XmlRefused';
  }
}
