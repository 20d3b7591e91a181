/**
 * The end of something, which comes once or not at all. An `AbortSignal` is made of it only for who asks for one: most
 * calls end by themselves, and a signal costs more than a short call.
 */
export class Ending {
  private over = false;
  private because: unknown;
  private listeners: Set<() => void> | undefined;
  private controller: AbortController | undefined;

  static of(signal: AbortSignal): Ending {
    const ending = new Ending();
    const end = (): void => ending.end(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    return ending;
  }

  get isOver(): boolean {
    return this.over;
  }

  get reason(): unknown {
    return this.because;
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.over) this.controller.abort(this.because);
    }
    return this.controller.signal;
  }

  end(reason: unknown): void {
    if (this.over) return;
    this.over = true;
    this.because = reason;
    this.controller?.abort(reason);
    const listeners = [...(this.listeners ?? [])];
    this.listeners = undefined;
    for (const listener of listeners) listener();
  }

  /** Calls back once: at the end, or now when that has come. Returns a function that takes it back. */
  onEnd(listener: () => void): () => void {
    if (this.over) {
      listener();
      return () => undefined;
    }
    (this.listeners ??= new Set()).add(listener);
    return () => void this.listeners?.delete(listener);
  }
}
