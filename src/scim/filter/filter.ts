export const COMPARISONS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr'] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type Constant = string | number | boolean | null;

/** Where a value is, in lower case: names have no case (RFC 7643 §2.1). */
export interface AttributePath {
  /** URN of the schema; absent: the resource's own. */
  readonly schema?: string;
  readonly name: string;
  readonly sub?: string;
}

/** RFC 7644 §3.4.2.2 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'has'; readonly path: AttributePath; readonly filter: Filter }
  | {
      readonly kind: 'compare';
      readonly path: AttributePath;
      readonly op: Comparison;
      /** Absent with `pr`. */
      readonly value?: Constant;
    };
