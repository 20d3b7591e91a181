/** RFC 9457 */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
  ) {
    super();
    this.message = this.detail ?? this.title;
  }

  get title(): string {
    return this.text('title') ?? `The server answered ${this.status}`;
  }

  get detail(): string | undefined {
    return this.text('detail');
  }

  get decisionId(): string | undefined {
    return this.text('decision_id');
  }

  static async of(response: Response): Promise<Problem> {
    const body: unknown = await response.json().catch(() => undefined);
    return new Problem(response.status, typeof body === 'object' && body !== null ? { ...body } : {});
  }

  private text(name: string): string | undefined {
    const value = this.body[name];
    return typeof value === 'string' ? value : undefined;
  }
}
