import type { enSignIn } from './en.sign-in.js';

export const deSignIn: typeof enSignIn = {
  atLogin: {
    forgot: 'Passwort vergessen?',
    passwordReset: 'Ihr Passwort ist geändert. Melden Sie sich damit an.',
    asks: {
      mfa: '{app} verlangt mehr als ein Passwort: einen Code danach, oder einen Passkey.',
      passkey:
        '{app} verlangt einen Passkey. Wenn Sie keinen haben, melden Sie sich an und fügen Sie zuerst unter Konto einen hinzu.',
    },
  },

  secondStep: {
    heading: 'Noch ein Schritt',
    lead: 'Ihr Passwort war richtig. Zeigen Sie, dass Sie es sind, {email}.',
    forApp: '{app} verlangt das.',
    code: 'Code aus Ihrer App',
    codeOrRecovery: 'Code aus Ihrer App oder ein Wiederherstellungscode',
    submit: 'Weiter',
    passkey: 'Passkey verwenden',
    onlyPasskey: 'Verwenden Sie Ihren Passkey, um fortzufahren.',
    nothing: 'Hier gibt es nichts zu zeigen. Melden Sie sich noch einmal an.',
    lost: 'Wenn Sie nichts davon haben, bitten Sie die Person, die diesen Server betreibt, Ihren zweiten Schritt zurückzusetzen.',
    restart: 'Von vorn beginnen',
    problems: {
      wrong_code:
        'Der Code stimmt nicht, oder er wurde schon benutzt. Warten Sie auf den nächsten und versuchen Sie es erneut.',
      passkey_failed:
        'Mit diesem Passkey kommen Sie nicht hinein. Versuchen Sie es erneut oder mit einem Code.',
      throttled: 'Zu viele Codes. Warten Sie einige Minuten und versuchen Sie es dann erneut.',
    },
  },

  setup: {
    heading: 'Einen zweiten Schritt einrichten',
    policy: 'Ein Passwort allein genügt hier nicht. Wählen Sie, was Sie außerdem zeigen werden.',
    app: '{app} verlangt mehr als ein Passwort. Wählen Sie, was Sie außerdem zeigen werden.',
    passkey: 'Passkey verwenden',
    passkeyWhat:
      'Ihr Fingerabdruck, Ihr Gesicht oder die Sperre Ihres Geräts. Geht schnell, und niemand kann ihn abfischen.',
    authenticator: 'Authenticator-App verwenden',
    authenticatorWhat: 'Eine App auf Ihrem Telefon zeigt einen Code aus sechs Ziffern.',
    skip: 'Jetzt nicht',
  },

  authenticator: {
    heading: 'Authenticator-App einrichten',
    scan: 'Scannen Sie dies mit der App.',
    qr: 'QR-Code für Ihre Authenticator-App',
    type: 'Oder geben Sie dort diesen Schlüssel ein:',
    code: 'Der Code, den die App jetzt zeigt',
    submit: 'Bestätigen',
    back: 'Zurück',
    problems: {
      wrong_code: 'Der Code stimmt nicht. Warten Sie auf den nächsten und versuchen Sie es erneut.',
    },
  },

  passkeys: {
    signIn: 'Mit einem Passkey anmelden',
    headingNew: 'Einen Passkey hinzufügen',
    what: 'Mit einem Passkey melden Sie sich durch Fingerabdruck, Gesicht oder die Sperre Ihres Geräts an, ohne Passwort.',
    name: 'Name',
    defaultName: 'Passkey',
    submit: 'Passkey erstellen',
    back: 'Zurück',
    needsScript: 'Passkeys brauchen JavaScript, und das ist in diesem Browser aus.',
    cancelled: 'Nichts wurde bestätigt. Versuchen Sie es erneut oder auf einem anderen Weg.',
    exists: 'Dieses Gerät hat schon einen Passkey für Ihr Konto.',
    problems: {
      passkey_failed: 'Dieser Passkey wurde nicht angenommen. Versuchen Sie es erneut.',
    },
  },

  recoveryCodes: {
    heading: 'Bewahren Sie Ihre Wiederherstellungscodes auf',
    lead: 'Jeder Code lässt Sie einmal hinein, wenn Sie Ihr Telefon oder Ihren Passkey verloren haben. Sie werden nur dieses Mal gezeigt: drucken Sie sie aus, oder legen Sie sie zu Ihren Passwörtern.',
    goOn: 'Ich habe sie aufbewahrt',
  },

  forgot: {
    heading: 'Passwort vergessen?',
    lead: 'Wir schicken einen Link, mit dem Sie ein neues wählen.',
    email: 'E-Mail',
    submit: 'Link schicken',
    back: 'Zurück zur Anmeldung',
    headingSent: 'Sehen Sie in Ihr Postfach',
    sent: 'Wenn es für diese Adresse ein Konto gibt, ist eine E-Mail unterwegs. Der Link darin gilt einmal und höchstens eine Stunde.',
    notThere:
      'Nichts gekommen? Sehen Sie im Ordner für Spam nach, oder fragen Sie die Person, die diesen Server betreibt.',
    off: 'Dieser Server verschickt keine Post. Bitten Sie die Person, die ihn betreibt, um Hilfe.',
    throttled:
      'Von hier wurden zu viele E-Mails verlangt. Warten Sie eine Weile und versuchen Sie es dann erneut.',
  },

  newPassword: {
    problems: {
      too_short: {
        one: 'Verwenden Sie mindestens {count} Zeichen.',
        other: 'Verwenden Sie mindestens {count} Zeichen.',
      },
      too_long: 'Das ist zu lang. Verwenden Sie höchstens 256 Zeichen.',
      too_weak: 'Das ist zu leicht zu erraten. Verwenden Sie mehrere Wörter, die nicht zusammengehören.',
      breached:
        'Dieses Passwort steht in Listen, die Angreifer benutzen. Wählen Sie eines, das Sie sonst nirgends verwenden.',
    },
    hint: { one: 'Mindestens {count} Zeichen.', other: 'Mindestens {count} Zeichen.' },
    words: 'Ein paar Wörter, die nicht zusammengehören, sind leicht zu merken und schwer zu erraten.',
  },

  link: {
    headings: {
      invite: 'Willkommen bei {brand}',
      reset: 'Ein neues Passwort wählen',
      email: 'Ab jetzt diese Adresse verwenden?',
    },
    inviteLead: 'Wählen Sie, wie {email} sich anmelden wird.',
    resetLead: 'Für {email}. Sie werden überall abgemeldet, und Apps verlieren ihren Zugriff.',
    password: 'Neues Passwort',
    setPassword: 'Passwort setzen',
    passkey: 'Stattdessen einen Passkey verwenden',
    emailLead: '{email} tritt an die Stelle der Adresse, die Ihr Konto jetzt hat.',
    confirmEmail: 'Diese Adresse verwenden',
    signInFirst:
      'Melden Sie sich zuerst in diesem Browser an, und öffnen Sie dann den Link in der E-Mail noch einmal.',
    signIn: 'Anmelden',
    taken:
      'Diese Adresse gehört hier zu einem anderen Konto. Fragen Sie die Person, die diesen Server betreibt.',
    account: 'Zu Ihrem Konto',
  },
};
