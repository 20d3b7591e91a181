import type { Words } from './words.js';

const LINK_ONCE = 'Der Link gilt einmal, bis {until}.';
const NOT_YOU =
  'Wenn Sie das nicht waren, wählen Sie unter {host}/login/forgot ein neues Passwort, und sagen Sie es der Person, die {brand} betreibt.';

const letters: Words['letters'] = {
  invitation: {
    subject: 'Sie sind zu {brand} eingeladen',
    lines: ['Für {email} gibt es ein Konto bei {brand}. Wählen Sie, wie Sie sich anmelden.', LINK_ONCE],
    button: 'Konto einrichten',
    otherwise: 'Wenn Sie das nicht erwartet haben, lassen Sie es liegen: ohne den Link geschieht nichts.',
  },
  reset: {
    subject: 'Ein neues Passwort für {brand}',
    lines: [
      'Jemand hat ein neues Passwort für {email} bei {brand} verlangt.',
      `${LINK_ONCE} Damit werden Sie überall abgemeldet, und Apps verlieren ihren Zugriff.`,
    ],
    button: 'Neues Passwort wählen',
    otherwise: 'Wenn Sie das nicht waren, lassen Sie es liegen: Ihr Passwort bleibt, wie es ist.',
  },
  reset_elsewhere: {
    subject: 'Anmelden bei {brand}',
    lines: [
      'Jemand hat ein neues Passwort für {email} bei {brand} verlangt. Dieses Konto hat keines.',
      'Sie melden sich mit einem anderen Dienst an, oder Ihre Einladung wurde nie benutzt. Gehen Sie zu {host}/login und wählen Sie den Dienst, oder bitten Sie die Person, die {brand} betreibt, um eine Einladung.',
    ],
    otherwise: 'Wenn Sie das nicht waren, lassen Sie es liegen: nichts hat sich geändert.',
  },
  verify_email: {
    subject: 'Bestätigen Sie Ihre Adresse für {brand}',
    lines: [
      'Sie möchten {email} für Ihr Konto bei {brand} benutzen.',
      `Öffnen Sie den Link in einem Browser, in dem Sie angemeldet sind. ${LINK_ONCE}`,
    ],
    button: 'Adresse bestätigen',
    otherwise: 'Wenn Sie das nicht waren, lassen Sie es liegen: ohne den Link ändert sich nichts.',
  },
  email_changed: {
    subject: 'Ihre Adresse bei {brand} wurde geändert',
    lines: ['Ihr Konto bei {brand} benutzt jetzt {item}. An diese Adresse wird nichts mehr geschickt.'],
    otherwise: 'Wenn Sie das nicht waren, sagen Sie es sofort der Person, die {brand} betreibt.',
  },
  password_changed: {
    subject: 'Ihr Passwort bei {brand} wurde geändert',
    lines: ['Ihr Passwort wurde geändert, und jeder andere Browser wurde abgemeldet.'],
    otherwise: NOT_YOU,
  },
  password_reset: {
    subject: 'Sie haben ein neues Passwort bei {brand}',
    lines: [
      'Ihr Passwort wurde über einen Link ersetzt, der Ihnen geschickt wurde. Sie wurden überall abgemeldet, und Apps haben ihren Zugriff verloren.',
    ],
    otherwise: NOT_YOU,
  },
  passkey_added: {
    subject: 'Ein Passkey wurde bei {brand} hinzugefügt',
    lines: ['Mit dem Passkey „{item}“ kann man sich jetzt bei Ihrem Konto anmelden.'],
    otherwise: `${NOT_YOU} Entfernen Sie dann den Passkey unter Konto.`,
  },
  passkey_removed: {
    subject: 'Ein Passkey wurde bei {brand} entfernt',
    lines: ['Mit dem Passkey „{item}“ kann man sich nicht mehr bei Ihrem Konto anmelden.'],
    otherwise: NOT_YOU,
  },
  passkey_refused: {
    subject: 'Ein Passkey wurde bei {brand} abgewiesen',
    lines: [
      'Der Passkey „{item}“ wurde abgewiesen, denn was er sagte, sieht nach einer Kopie aus. Entfernen Sie ihn unter Konto, und fügen Sie einen neuen hinzu.',
    ],
    otherwise: NOT_YOU,
  },
  authenticator_added: {
    subject: 'Die Anmeldung bei {brand} fragt jetzt nach einem Code',
    lines: ['Für Ihr Konto wurde eine Authenticator-App eingerichtet.'],
    otherwise: NOT_YOU,
  },
  authenticator_removed: {
    subject: 'Die Anmeldung bei {brand} fragt nicht mehr nach einem Code',
    lines: ['Die Authenticator-App wurde aus Ihrem Konto entfernt.'],
    otherwise: NOT_YOU,
  },
  recovery_codes_created: {
    subject: 'Neue Wiederherstellungscodes bei {brand}',
    lines: ['Für Ihr Konto wurden neue Wiederherstellungscodes gemacht. Die früheren gelten nicht mehr.'],
    otherwise: NOT_YOU,
  },
  recovery_code_used: {
    subject: 'Ein Wiederherstellungscode wurde bei {brand} benutzt',
    lines: [
      'Jemand hat sich mit einem Wiederherstellungscode bei Ihrem Konto angemeldet. Übrige Codes: {item}.',
    ],
    otherwise: NOT_YOU,
  },
  second_step_blocked: {
    subject: 'Jemand kennt Ihr Passwort bei {brand}',
    lines: [
      'Ihr Passwort wurde richtig eingegeben, und danach zu oft ein falscher Code. Weitere Codes werden eine Weile abgewiesen.',
    ],
    otherwise: `${NOT_YOU} Mit einem neuen Passwort kommen Sie gleich wieder hinein.`,
  },
  factors_reset: {
    subject: 'Ihr zweiter Schritt bei {brand} wurde zurückgesetzt',
    lines: [
      'Eine Administratorin oder ein Administrator hat Passkeys, Authenticator-App und Wiederherstellungscodes Ihres Kontos entfernt und Sie überall abgemeldet.',
    ],
    otherwise: 'Wenn Sie nicht darum gebeten haben, sagen Sie es der Person, die {brand} betreibt.',
  },
};

export const deMail: Words = {
  greeting: 'Guten Tag {name},',
  greetingNoName: 'Guten Tag,',
  details: 'Wann: {when}. Von: {where}.',
  unknownPlace: 'einem unbekannten Ort',
  footer: '{brand} unter {host} hat dies zu Ihrem Konto geschickt. Antworten darauf werden nicht gelesen.',
  letters,
};
