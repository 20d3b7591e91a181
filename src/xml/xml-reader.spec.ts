import { describe, expect, it } from '@jest/globals';
import { attributeOf, childrenOf, onlyChild, readXml, textOf, XmlRefused, xmlText } from './index.js';

const LIMITS = { size: 1_000, elements: 10, attributes: 10, depth: 4 };

function refusalOf(text: string): string | undefined {
  try {
    readXml(text, LIMITS);
    return undefined;
  } catch (error) {
    if (error instanceof XmlRefused) return error.code;
    throw error;
  }
}

describe('readXml', () => {
  it('knows elements and attributes by namespace, and where they stand in the text', () => {
    const text = `<?xml version="1.0"?><a:r xmlns:a="urn:a" xmlns="urn:d" b='1'> <c a:b="2"/><a:c>x&lt;&#x41;&amp;</a:c></a:r>`;
    const root = readXml(text, LIMITS);
    expect([root.namespace, root.name, attributeOf(root, 'b')]).toEqual(['urn:a', 'r', '1']);
    const c = onlyChild(root, ['urn:d', 'c'])!;
    expect(c.attributes).toEqual([{ namespace: 'urn:a', name: 'b', value: '2' }]);
    // An attribute with a prefix is another one than that without.
    expect(attributeOf(c, 'b')).toBeUndefined();
    expect(text.slice(c.start, c.end)).toBe('<c a:b="2"/>');
    expect(textOf(onlyChild(root, ['urn:a', 'c'])!)).toBe('x<A&');
    expect(childrenOf(root, ['urn:other', 'c'])).toEqual([]);
    expect(textOf(root)).toBeUndefined();
  });

  it('undoes the default namespace where a document does', () => {
    const root = readXml('<a xmlns="urn:a"><b xmlns=""><c/></b></a>', LIMITS);
    expect(onlyChild(root, ['', 'b'])?.children[0]).toMatchObject({ namespace: '', name: 'c' });
  });

  it.each([
    ['<a>'.repeat(5) + '</a>'.repeat(5), 'xml_too_deep'],
    [`<a>${'<b/>'.repeat(10)}</a>`, 'xml_too_many_elements'],
    ['<a>' + '<b c="1" d="2" e="3"/>'.repeat(4) + '</a>', 'xml_too_many_attributes'],
    [`<a>${'x'.repeat(1_000)}</a>`, 'xml_too_large'],
  ])('reads no more than its limits: %#', (text, code) => expect(refusalOf(text)).toBe(code));

  it.each([
    '<a',
    '<a>',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    'x<a/>',
    '<a b=1/>',
    '<a b/>',
    '<a b="1"c="2"/>',
    '<a b="<"/>',
    '<a b="&"/>',
    '<a>&unknown;</a>',
    '<a>&#1;</a>',
    '<a>&#x110000;</a>',
    '<a>]]></a>',
    '<x:a/>',
    '<a xmlns:x=""/>',
    '<a xmlns:xmlns="urn:x"/>',
    '<a:b:c xmlns:a="urn:a"/>',
    '< a/>',
    '<a / >',
    '<é/>',
    '',
  ])('refuses what is not well-formed, or not in the part that it reads: %s', (text) =>
    expect(refusalOf(text)).toBe('xml_malformed'),
  );

  it('takes no longer for what is long and wrong', () => {
    const size = 200_000;
    const limits = { size: 2 * size, elements: 10, attributes: 10, depth: 4 };
    for (const text of [
      `<a${' '.repeat(size)}`,
      `<a ${'b'.repeat(size)}`,
      `<a>${'&'.repeat(size)}</a>`,
      `<a b="${'x'.repeat(size)}`,
    ])
      expect(() => readXml(text, limits)).toThrow(XmlRefused);
  });
});

describe('xmlText', () => {
  it('reads UTF-8 with the line ends of any system', () => {
    expect(xmlText(Buffer.from('\ufeffa\r\nb\rc\nä'))).toBe('a\nb\nc\nä');
  });

  it.each([
    ['half a character', [0xc3], 'xml_not_utf8'],
    ['UTF-16', [0xff, 0xfe, 0x3c, 0x00], 'xml_not_utf8'],
    ['NUL', [0x3c, 0x00], 'xml_malformed'],
  ])('refuses %s', (_what, bytes, code) => {
    expect(() => xmlText(Uint8Array.from(bytes))).toThrow(new XmlRefused(code));
  });
});
