const CLASSES = 'urn:oasis:names:tc:SAML:2.0:ac:classes:';

/** RFC 8176 words for the ways to sign in that SAML and the common providers name. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  [`${CLASSES}Password`]: ['pwd'],
  [`${CLASSES}PasswordProtectedTransport`]: ['pwd'],
  [`${CLASSES}Kerberos`]: ['wia'],
  'urn:federation:authentication:windows': ['wia'],
  [`${CLASSES}TimeSyncToken`]: ['otp'],
  [`${CLASSES}Smartcard`]: ['sc'],
  [`${CLASSES}SmartcardPKI`]: ['sc'],
  [`${CLASSES}SoftwarePKI`]: ['swk'],
  [`${CLASSES}TLSClient`]: ['swk'],
  [`${CLASSES}X509`]: ['swk'],
  [`${CLASSES}MobileOneFactorContract`]: ['tel'],
  [`${CLASSES}MobileTwoFactorContract`]: ['mfa'],
  [`${CLASSES}MobileTwoFactorUnregistered`]: ['mfa'],
  'http://schemas.microsoft.com/claims/multipleauthn': ['mfa'],
  'https://refeds.org/profile/mfa': ['mfa'],
};

/** There is no word for "somebody else made sure"; this one is widely used for it. */
const FEDERATED = ['fed'];

export const methodsOf = (classRef: string | undefined): readonly string[] =>
  (classRef !== undefined && Object.hasOwn(METHODS, classRef) && METHODS[classRef]) || FEDERATED;
