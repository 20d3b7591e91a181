import { COMPARISONS, type AttributePath, type Comparison, type Filter } from './filter.js';
import { tokensOf, wrongFilter, type Token } from './tokens.js';

const MAX_LENGTH = 4_000;
const MAX_DEPTH = 20;

/** @throws ScimRefusal invalidFilter */
export function parseFilter(text: string): Filter {
  if (text.length > MAX_LENGTH) throw wrongFilter('The filter is too long');
  const parser = new Parser(tokensOf(text));
  const filter = parser.either(0);
  parser.end();
  return filter;
}

/** `not` binds closest, then `and`, then `or` (RFC 7644 §3.4.2.2). */
class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  either(depth: number): Filter {
    return this.joined('or', () => this.both(depth));
  }

  end(): void {
    if (this.at < this.tokens.length) throw wrongFilter('The filter goes on where it should end');
  }

  private both(depth: number): Filter {
    return this.joined('and', () => this.one(depth));
  }

  private joined(kind: 'and' | 'or', next: () => Filter): Filter {
    const first = next();
    const parts = [first];
    while (this.word(kind)) parts.push(next());
    return parts.length === 1 ? first : { kind, parts };
  }

  private one(depth: number): Filter {
    if (depth > MAX_DEPTH) throw wrongFilter('The filter is nested too deeply');
    if (this.word('not')) return { kind: 'not', part: this.group(depth) };
    if (this.peeksMark('(')) return this.group(depth);
    return this.condition(this.path(), depth);
  }

  private group(depth: number): Filter {
    this.mark('(');
    const filter = this.either(depth + 1);
    this.mark(')');
    return filter;
  }

  private condition(path: AttributePath, depth: number): Filter {
    if (!this.peeksMark('[')) return this.comparison(path);
    this.mark('[');
    const filter = this.either(depth + 1);
    this.mark(']');
    const sub = this.subAfterBracket();
    if (sub === undefined) return { kind: 'has', path, filter };
    // Entra ID compares a member of what the brackets choose: emails[type eq "work"].value eq "…".
    const compared = this.comparison({ name: sub });
    return { kind: 'has', path, filter: { kind: 'and', parts: [filter, compared] } };
  }

  private comparison(path: AttributePath): Filter {
    const token = this.next();
    const op =
      token?.kind === 'word' ? COMPARISONS.find((name) => name === token.text.toLowerCase()) : undefined;
    if (!op) throw wrongFilter('The filter lacks an operator');
    return op === 'pr' ? { kind: 'compare', path, op } : this.compared(path, op);
  }

  private compared(path: AttributePath, op: Comparison): Filter {
    const token = this.next();
    if (token?.kind !== 'constant') throw wrongFilter('The filter lacks a value to compare with');
    return { kind: 'compare', path, op, value: token.value };
  }

  private path(): AttributePath {
    const token = this.next();
    if (token?.kind !== 'word') throw wrongFilter('The filter lacks the name of an attribute');
    return attributePath(token.text);
  }

  private subAfterBracket(): string | undefined {
    const token = this.tokens[this.at];
    if (token?.kind !== 'word' || !token.text.startsWith('.')) return undefined;
    this.at++;
    return token.text.slice(1).toLowerCase();
  }

  private word(text: string): boolean {
    const token = this.tokens[this.at];
    const found = token?.kind === 'word' && token.text.toLowerCase() === text;
    if (found) this.at++;
    return found;
  }

  private peeksMark(text: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === 'mark' && token.text === text;
  }

  private mark(text: string): void {
    if (!this.peeksMark(text)) throw wrongFilter(`The filter lacks a ${text}`);
    this.at++;
  }

  private next(): Token | undefined {
    return this.tokens[this.at++];
  }
}

/** RFC 7644 §3.10: `schema:name.sub`; the last colon ends the schema. */
export function attributePath(text: string): AttributePath {
  const colon = text.lastIndexOf(':');
  const schema = colon < 0 ? undefined : text.slice(0, colon).toLowerCase();
  const [name = '', sub, ...more] = text
    .slice(colon + 1)
    .toLowerCase()
    .split('.');
  if (!isName(name) || (sub !== undefined && !isName(sub)) || more.length > 0)
    throw wrongFilter('The name of an attribute is malformed');
  return { ...(schema !== undefined && { schema }), name, ...(sub !== undefined && { sub }) };
}

const isName = (text: string): boolean => /^[a-z$][\w$-]*$/.test(text);
