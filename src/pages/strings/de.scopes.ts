import type { enScopes } from './en.scopes.js';

export const deScopes: typeof enScopes = {
  openid: 'Wissen, dass Sie es sind',
  profile: 'Ihren Namen sehen',
  email: 'Ihre E-Mail-Adresse sehen',
  offline_access: 'Verbunden bleiben, während Sie nicht da sind',
  'mcp:tools:read': 'Ihre Notizen lesen und für Sie nachschlagen',
  'mcp:tools:execute': 'Für Sie etwas hinzufügen, ändern und löschen',
  'admin:clients': 'Apps für alle freigeben, ändern und sperren',
  'admin:clients:read': 'Sehen, welche Apps registriert sind',
  'admin:users': 'Konten anderer ändern und abschalten',
  'admin:users:read': 'Konten anderer sehen',
  'admin:grants': 'Zugriffe und Anmeldungen aller beenden',
  'admin:grants:read': 'Sehen, was alle erlaubt haben',
  'admin:keys': 'Signaturschlüssel wechseln und widerrufen',
  'admin:keys:read': 'Signaturschlüssel sehen',
  'admin:audit': 'Das Protokoll durchsuchen, ausgeben und weiterleiten',
  'admin:audit:read': 'Das Protokoll durchsuchen',
  'admin:audit:unseal': 'Versiegelte Inhalte im Protokoll öffnen',
  'admin:settings': 'Die Einstellungen dieses Servers ändern',
  'admin:settings:read': 'Die Einstellungen dieses Servers sehen',
};
