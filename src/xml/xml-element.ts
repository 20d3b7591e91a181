/** One element of a document; comments and the like are not part of any. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: (XmlElement | string)[];
  /** Where it begins and ends in the text that was read. */
  readonly start: number;
  end: number;
}

export interface XmlAttribute {
  /** Without its prefix. */
  readonly name: string;
  /** `''` for one without a prefix. */
  readonly namespace: string;
  readonly value: string;
}

/** An element as it is looked for: its namespace and its name. */
export type Qualified = readonly [namespace: string, name: string];

export const isElement = (child: XmlElement | string): child is XmlElement => typeof child !== 'string';

export const elementsOf = (element: XmlElement): XmlElement[] => element.children.filter(isElement);

export const is = (element: XmlElement, [namespace, name]: Qualified): boolean =>
  element.name === name && element.namespace === namespace;

export const childrenOf = (element: XmlElement, what: Qualified): XmlElement[] =>
  elementsOf(element).filter((child) => is(child, what));

/** The child of that name when there is exactly one. */
export function onlyChild(element: XmlElement, what: Qualified): XmlElement | undefined {
  const found = childrenOf(element, what);
  return found.length === 1 ? found[0] : undefined;
}

/** An attribute without a namespace, as all that SAML and XML signatures define. */
export const attributeOf = (element: XmlElement, name: string): string | undefined =>
  element.attributes.find((each) => each.name === name && each.namespace === '')?.value;

/** The text of an element that holds nothing else. */
export function textOf(element: XmlElement): string | undefined {
  const texts = element.children.filter((child): child is string => !isElement(child));
  return texts.length === element.children.length ? texts.join('').trim() : undefined;
}

/** The element and all below it, in the order of the document. */
export function* allOf(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of elementsOf(element)) yield* allOf(child);
}
