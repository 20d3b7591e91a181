import type { Qualified } from '../../xml/index.js';

export const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const XENC = 'http://www.w3.org/2001/04/xmlenc#';
export const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';

export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
export const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
export const REDIRECT_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
export const POST_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

export const ASSERTION: Qualified = [SAML, 'Assertion'];
export const ENCRYPTED_ASSERTION: Qualified = [SAML, 'EncryptedAssertion'];
export const ISSUER: Qualified = [SAML, 'Issuer'];
export const NAME_ID: Qualified = [SAML, 'NameID'];
export const SIGNATURE: Qualified = [DS, 'Signature'];
