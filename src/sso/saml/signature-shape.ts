import { type XmlElement, allOf, attributeOf, childrenOf, elementsOf, is, textOf } from '../../xml/index.js';
import { SignInRejected } from '../sso-failure.js';
import { DS, SIGNATURE } from './names.js';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const TRANSFORMS = ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE];

const SIGNATURES = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
];
const DIGESTS = ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512'];

/** What only a signature has; wherever else it stands it was put there to be taken for one. */
const PARTS = [
  'Signature',
  'SignedInfo',
  'SignatureValue',
  'SignatureMethod',
  'CanonicalizationMethod',
  'Reference',
  'Transforms',
  'Transform',
  'DigestValue',
  'Object',
  'Manifest',
];

/** Libraries put an ID into an XPath expression. */
const NC_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

/**
 * SAML Core §5.4: the one signature of `owner` that is its child, covers it whole and nothing else, by algorithms that
 * are safe; `undefined` when it is not signed. Whether the signature is true is not looked at here.
 * @throws SignInRejected
 */
export function signatureOf(owner: XmlElement): XmlElement | undefined {
  const [signature, ...more] = childrenOf(owner, SIGNATURE);
  if (!signature) return undefined;
  if (more.length > 0) throw new SignInRejected('signature_multiple');
  const [info, value, keyInfo, ...rest] = elementsOf(signature);
  require(info, 'SignedInfo');
  require(value, 'SignatureValue');
  if (keyInfo) require(keyInfo, 'KeyInfo');
  if (rest.length > 0 || !isBase64(value)) throw malformed();
  checkSignedInfo(info, attributeOf(owner, 'ID'));
  return signature;
}

/** SAML Core §5.4.2 to §5.4.4: one reference, to the element that holds the signature; two transforms, no others. */
function checkSignedInfo(info: XmlElement, id: string | undefined): void {
  const [canonicalization, method, reference, ...rest] = elementsOf(info);
  require(canonicalization, 'CanonicalizationMethod');
  require(method, 'SignatureMethod');
  require(reference, 'Reference');
  if (rest.length > 0) throw new SignInRejected('signature_references');
  expectAlgorithm(canonicalization, [EXCLUSIVE], 'signature_canonicalization');
  expectAlgorithm(method, SIGNATURES, 'signature_algorithm');
  if (!NC_NAME.test(id ?? '') || attributeOf(reference, 'URI') !== `#${id}`)
    throw new SignInRejected('signature_reference_elsewhere');
  const [transforms, digestMethod, digestValue, ...more] = elementsOf(reference);
  require(transforms, 'Transforms');
  require(digestMethod, 'DigestMethod');
  require(digestValue, 'DigestValue');
  if (more.length > 0 || !isBase64(digestValue)) throw malformed();
  expectAlgorithm(digestMethod, DIGESTS, 'signature_digest_algorithm');
  const named = elementsOf(transforms).map((each) => attributeOf(each, 'Algorithm'));
  if (named.join() !== TRANSFORMS.join()) throw new SignInRejected('signature_transforms');
}

/** Nothing of a signature stands anywhere but in one of `signatures`, and no two elements have the same ID. */
export function refuseStrays(root: XmlElement, signatures: readonly XmlElement[]): void {
  const known = new Set(signatures.flatMap((signature) => [...allOf(signature)]));
  const keyInfos = signatures.flatMap((signature) => childrenOf(signature, [DS, 'KeyInfo']));
  const inKeyInfo = new Set(keyInfos.flatMap((keyInfo) => [...allOf(keyInfo)]));
  const ids = new Set<string>();
  for (const element of allOf(root)) {
    const isStray = !known.has(element) || inKeyInfo.has(element);
    if (isStray && PARTS.includes(element.name)) throw new SignInRejected('signature_misplaced');
    for (const { name, value } of element.attributes) {
      if (name.toLowerCase() !== 'id') continue;
      if (ids.has(value)) throw new SignInRejected('duplicate_id');
      ids.add(value);
    }
  }
}

function require(element: XmlElement | undefined, name: string): asserts element is XmlElement {
  if (!element || !is(element, [DS, name])) throw malformed();
}

function expectAlgorithm(element: XmlElement, allowed: readonly string[], code: string): void {
  if (!allowed.includes(attributeOf(element, 'Algorithm') ?? '')) throw new SignInRejected(code);
}

const isBase64 = (element: XmlElement): boolean => BASE64.test(textOf(element) ?? '');
const malformed = (): SignInRejected => new SignInRejected('signature_malformed');
