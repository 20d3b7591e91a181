import { deErrors } from './de.errors.js';
import { deScopes } from './de.scopes.js';
import type { Strings } from './strings.js';

export const de: Strings = {
  unnamedApp: 'App ohne Namen',
  support: 'Hilfe',
  justNow: 'gerade eben',

  scopes: deScopes,

  login: {
    heading: 'Bei {brand} anmelden',
    toContinue: 'weiter zu {app}',
    email: 'E-Mail',
    password: 'Passwort',
    submit: 'Anmelden',
    with: 'Weiter mit {provider}',
    or: 'oder',
    noWayIn: 'Es ist noch keine Anmeldung eingerichtet. Fragen Sie die Person, die diesen Server betreibt.',
    problems: {
      bad_credentials:
        'E-Mail und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es erneut.',
      locked:
        'Die Anmeldung für dieses Konto ruht nach zu vielen Versuchen. Versuchen Sie es in einigen Minuten erneut.',
      session_expired: 'Sie wurden abgemeldet, weil einige Zeit vergangen ist. Melden Sie sich wieder an.',
      sso_failed:
        'Der andere Dienst hat Ihre Anmeldung nicht bestätigt. Versuchen Sie es erneut oder auf einem anderen Weg.',
      throttled: 'Zu viele Versuche von hier. Warten Sie eine Minute und versuchen Sie es dann erneut.',
    },
  },

  consent: {
    heading: '{app} den Zugriff auf {resource} erlauben?',
    headingAgain: 'Weiter mit {app}?',
    again:
      'Sie haben das schon erlaubt, und nichts Neues kommt hinzu. Fahren Sie nur fort, wenn Sie das gerade selbst gestartet haben.',
    againNew: 'Sie haben diese App schon erlaubt. Sie möchte jetzt mehr; das ist als neu markiert.',
    who: 'Wer fragt',
    verified: 'Geprüft',
    notVerified: 'Nicht geprüft',
    notVerifiedWhy:
      'Jedes Programm kann diesen Namen tragen. Fahren Sie nur fort, wenn Sie das selbst gestartet haben.',
    clientId: 'App-Kennung',
    firstSeen: 'Zuerst gesehen',
    firstTime: 'Gerade eben, zum ersten Mal',
    review: 'Freigabe',
    approved: 'Freigegeben von {brand}',
    notApproved: 'Nicht freigegeben von {brand}',
    may: 'Was sie darf',
    groups: { read: 'Lesen', change: 'Ändern', account: 'Ihr Konto' },
    destructive: 'Kann löschen oder überschreiben',
    isNew: 'Neu',
    optional: 'Freiwillig',
    tools: { one: '{count} Werkzeug', other: '{count} Werkzeuge' },
    next: 'Wie es weitergeht',
    sentTo: 'Sie gelangen zu',
    thisComputer: 'Ein Programm auf diesem Computer',
    computerWarning:
      'Die Antwort geht an ein Programm auf diesem Computer. Erlauben Sie das nur, wenn Sie dieses Programm gerade selbst gestartet haben.',
    signedInAs: 'Angemeldet als',
    switchAccount: 'Anderes Konto verwenden',
    ends: 'Zugriff endet',
    endsUnused: {
      one: 'Wenn er {count} Tag lang nicht genutzt wird',
      other: 'Wenn er {count} Tage lang nicht genutzt wird',
    },
    endsSoon: 'Von selbst, bald nachdem Sie ihn erlauben',
    allow: 'Erlauben',
    goOn: 'Weiter',
    deny: 'Ablehnen',
    endLater: 'Sie können das jederzeit unter {account} beenden.',
    account: 'Konto',
  },

  account: {
    heading: 'Ihr Konto',
    signOut: 'Abmelden',
    notices: {
      app_ended: '{subject} hat keinen Zugriff mehr. Was die App gerade tat, ist abgebrochen.',
      session_ended: 'Dieser Browser ist abgemeldet.',
      all_ended: 'Keine App hat mehr Zugriff, und jeder andere Browser ist abgemeldet.',
    },
    apps: 'Verbundene Apps',
    noApps:
      'Keine App hat Zugriff. Wenn Sie eine erlauben, steht sie hier, und Sie können ihren Zugriff hier beenden.',
    since: 'Erlaubt',
    lastUsed: 'Zuletzt benutzt',
    neverUsed: 'Noch nicht benutzt',
    from: 'von {ip}',
    withTool: 'mit {tool}',
    connections: { one: '{count} Verbindung', other: '{count} Verbindungen' },
    endApp: 'Zugriff beenden…',
    stops: 'Was endet:',
    appStops:
      '{app} verliert sofort alles, was oben steht, überall, wo Sie die App benutzen. Laufende Arbeit wird abgebrochen. Sie können die App später wieder erlauben.',
    endAppNow: 'Zugriff für {app} beenden',
    sessions: 'Wo Sie angemeldet sind',
    noSessions: 'Kein anderer Browser ist angemeldet.',
    unknownBrowser: 'Unbekannter Browser',
    thisBrowser: 'Dieser Browser',
    lastSeen: 'Zuletzt gesehen',
    signedIn: 'Angemeldet',
    endSession: 'Abmelden',
    endSessionOf: '{browser} abmelden',
    activity: 'Letzte Ereignisse',
    noActivity: 'Noch nichts. Was Ihre Apps für Sie tun, steht hier.',
    used: { one: '{app} nutzte {tool} einmal', other: '{app} nutzte {tool} {count} Mal' },
    wasRefused: {
      one: '{app} wollte {tool} einmal nutzen',
      other: '{app} wollte {tool} {count} Mal nutzen',
    },
    refused: 'Verweigert',
    endAll: 'Alles beenden…',
    allStops:
      'Jede App verliert sofort ihren Zugriff, und Sie werden in jedem Browser abgemeldet, auch in diesem. Tun Sie das, wenn Sie glauben, dass jemand anderes hereingekommen ist.',
    endAllNow: 'Alle Zugriffe beenden und abmelden',
  },

  logout: {
    heading: 'Von {brand} abmelden?',
    as: 'Sie sind als {email} angemeldet.',
    effect: 'Erlaubte Apps behalten ihren Zugriff. Sie können ihn unter {account} beenden.',
    account: 'Konto',
    submit: 'Abmelden',
    stay: 'Angemeldet bleiben',
  },

  signedOut: {
    heading: 'Sie sind abgemeldet',
    message: 'Sie können dieses Fenster schließen.',
    goOn: 'Weiter zu {host}',
    again: 'Wieder anmelden',
  },

  error: {
    kinds: deErrors,
    decision: 'Referenz',
    quote: 'Nennen Sie dies, wenn Sie um Hilfe bitten.',
    home: 'Zur Startseite',
  },

  home: {
    heading: 'Verbinden Sie Ihre KI-App',
    what: '{brand} lässt KI-Apps die Werkzeuge Ihres Unternehmens benutzen, nur so weit Sie es erlauben.',
    addressLabel: 'Adresse des Servers',
    how: 'Fügen Sie diese Adresse dort ein, wo Ihre App nach einem MCP-Server fragt. Die App öffnet dann eine Seite wie diese und fragt zuerst Sie.',
    signedInAs: 'Angemeldet als {email}',
    account: 'Ihr Konto',
    signIn: 'Anmelden',
    docs: 'Dokumentation für Admins',
  },
};
