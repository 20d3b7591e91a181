import type { XmlAttribute, XmlElement } from './xml-element.js';
import { XmlRefused } from './xml-refused.js';
import { attributeText, characterData } from './xml-text.js';

export interface XmlLimits {
  /** In characters. */
  readonly size: number;
  readonly elements: number;
  /** Of all elements together, namespaces among them. */
  readonly attributes: number;
  readonly depth: number;
}

const MAX_ATTRIBUTES = 40;
const NAME = '[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?';
const DECLARATION =
  /^<\?xml version=(["'])1\.0\1(?: encoding=(["'])utf-8\2)?(?: standalone=(["'])(?:yes|no)\3)? ?\?>/i;
const OPEN = new RegExp(`<(${NAME})`, 'y');
const ATTRIBUTE = new RegExp(`[ \\t\\n]+(${NAME})[ \\t\\n]*=[ \\t\\n]*(?:"([^"<]*)"|'([^'<]*)')`, 'y');
const END_OF_TAG = /[ \t\n]*(\/?)>/y;
const CLOSE = new RegExp(`</(${NAME})[ \\t\\n]*>`, 'y');
const DATA = /[^<]+/y;

const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['<!--', 'xml_comment'],
  ['<![CDATA[', 'xml_cdata'],
  ['<!', 'xml_doctype'],
  ['<?', 'xml_instruction'],
];

type Scope = ReadonlyMap<string, string>;

interface Open {
  readonly element: XmlElement;
  readonly tag: string;
  readonly scope: Scope;
}

/**
 * Reads the part of XML that every parser reads alike, and refuses the rest: no document type, entity, comment,
 * CDATA or processing instruction, nothing that is not well-formed, and no more of anything than the limits say.
 * What it lets through means the same to the libraries that read it again.
 * @throws XmlRefused
 */
export function readXml(text: string, limits: XmlLimits): XmlElement {
  if (text.length > limits.size) throw new XmlRefused('xml_too_large');
  return new Reader(text, limits).read();
}

class Reader {
  private at = 0;
  private elements = 0;
  private attributeCount = 0;
  private root: XmlElement | undefined;
  private readonly open: Open[] = [];

  constructor(
    private readonly text: string,
    private readonly limits: XmlLimits,
  ) {}

  read(): XmlElement {
    this.at = DECLARATION.exec(this.text)?.[0].length ?? 0;
    while (this.at < this.text.length) this.step();
    if (!this.root || this.open.length > 0) throw new XmlRefused('xml_malformed');
    return this.root;
  }

  private step(): void {
    const data = this.match(DATA);
    if (data) return this.takeText(data[0]);
    for (const [start, code] of FORBIDDEN)
      if (this.text.startsWith(start, this.at)) throw new XmlRefused(code);
    const start = this.at;
    const opening = this.match(OPEN);
    if (opening) return this.begin(opening[1]!, start);
    const closing = this.match(CLOSE);
    if (!closing) throw new XmlRefused('xml_malformed');
    this.close(closing[1]!);
  }

  private takeText(raw: string): void {
    const inside = this.open.at(-1);
    if (inside) inside.element.children.push(characterData(raw));
    else if (/[^ \t\n]/.test(raw)) throw new XmlRefused('xml_malformed');
  }

  private begin(tag: string, start: number): void {
    if (++this.elements > this.limits.elements) throw new XmlRefused('xml_too_many_elements');
    if (this.open.length >= this.limits.depth) throw new XmlRefused('xml_too_deep');
    const parent = this.open.at(-1);
    if (!parent && this.root) throw new XmlRefused('xml_malformed');
    const written = this.attributes();
    const scope = declared(parent?.scope ?? new Map([['xml', XML]]), written);
    const element: XmlElement = {
      ...expanded(tag, scope, scope.get('') ?? ''),
      attributes: distinct(written.filter(([name]) => !isDeclaration(name)).map(toAttribute(scope))),
      children: [],
      start,
      end: start,
    };
    if (parent) parent.element.children.push(element);
    else this.root = element;
    const end = this.match(END_OF_TAG);
    if (!end) throw new XmlRefused('xml_malformed');
    if (end[1] === '/') element.end = this.at;
    else this.open.push({ element, tag, scope });
  }

  private attributes(): [string, string][] {
    const found: [string, string][] = [];
    for (let one = this.match(ATTRIBUTE); one; one = this.match(ATTRIBUTE)) {
      if (found.some(([name]) => name === one[1]) || found.length === MAX_ATTRIBUTES)
        throw new XmlRefused('xml_malformed');
      found.push([one[1]!, attributeText(one[2] ?? one[3]!)]);
    }
    this.attributeCount += found.length;
    if (this.attributeCount > this.limits.attributes) throw new XmlRefused('xml_too_many_attributes');
    return found;
  }

  private close(tag: string): void {
    const ending = this.open.pop();
    if (ending?.tag !== tag) throw new XmlRefused('xml_malformed');
    ending.element.end = this.at;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }
}

const isDeclaration = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:');

/** Namespaces in XML 1.0 §3, §5: what the attributes of an element declare, over what is declared around it. */
function declared(around: Scope, attributes: readonly [string, string][]): Scope {
  const own = attributes.filter(([name]) => isDeclaration(name));
  if (own.length === 0) return around;
  const scope = new Map(around);
  for (const [name, uri] of own) {
    const prefix = name === 'xmlns' ? '' : name.slice('xmlns:'.length);
    const reserved = prefix === 'xml' || prefix === 'xmlns' || uri === XML || uri === XMLNS;
    if (reserved || (uri === '' && prefix !== '')) throw new XmlRefused('xml_malformed');
    scope.set(prefix, uri);
  }
  return scope;
}

const toAttribute =
  (scope: Scope) =>
  ([name, value]: [string, string]): XmlAttribute => ({ ...expanded(name, scope, ''), value });

function expanded(
  written: string,
  scope: Scope,
  withoutPrefix: string,
): Pick<XmlElement, 'name' | 'namespace'> {
  const colon = written.indexOf(':');
  if (colon < 0) return { name: written, namespace: withoutPrefix };
  const namespace = scope.get(written.slice(0, colon));
  if (namespace === undefined) throw new XmlRefused('xml_malformed');
  return { name: written.slice(colon + 1), namespace };
}

function distinct(attributes: XmlAttribute[]): XmlAttribute[] {
  const names = new Set(attributes.map(({ name, namespace }) => `${namespace} ${name}`));
  if (names.size < attributes.length) throw new XmlRefused('xml_malformed');
  return attributes;
}
