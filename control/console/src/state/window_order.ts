/// What a window tells the others: when it was looked at last, in milliseconds as of Date.now(); null: nobody looks at it now.
export interface WindowNews {
  id: string;
  at: number | null;
}

/// The order in which the windows of one browser were looked at.
///
/// No window leads: each is told of all that are looked at after it, and that is all it has to know of the others. One that
/// ends without a word counts only until the others have been looked at again.
///
/// Shape: one per window.
export class WindowOrder {
  readonly #id: string;
  readonly #tell: (news: WindowNews) => void;
  readonly #others = new Map<string, number>();
  #at: number | null = null;

  constructor(id: string, tell: (news: WindowNews) => void) {
    this.#id = id;
    this.#tell = tell;
  }

  /// Somebody looks at this window.
  look(now: number): void {
    this.#at = now;
    this.#tell({ id: this.#id, at: now });
  }

  leave(): void {
    this.#at = null;
    this.#tell({ id: this.#id, at: null });
  }

  hear({ id, at }: WindowNews): void {
    if (id === this.#id) return;
    if (at === null) {
      this.#others.delete(id);
      return;
    }
    this.#others.set(id, at);
    // One that was opened later, in the same moment or after the clock was set back, has not been told of this one.
    if (this.#at !== null && !this.#isBefore(id, at)) this.#tell({ id: this.#id, at: this.#at });
  }

  #isBefore(id: string, at: number): boolean {
    return this.#at !== null && (at > this.#at || (at === this.#at && id > this.#id));
  }

  /// Whether this window is among the `count` that were looked at last.
  isAmongLast(count: number): boolean {
    return this.#at !== null && [...this.#others].filter(([id, at]) => this.#isBefore(id, at)).length < count;
  }
}
