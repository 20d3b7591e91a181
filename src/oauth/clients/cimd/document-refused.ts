/** A metadata document could not be had or was not taken. `reason` is a snake_case code for the audit trail. */
export class DocumentRefused extends Error {
  constructor(
    readonly reason: string,
    /** Its site said neither that the document is gone nor gave a wrong one: it may be back. */
    readonly passing = false,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.name = 'DocumentRefused';
  }
}
