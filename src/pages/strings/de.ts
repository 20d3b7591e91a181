import { deApiKeys } from './de.api-keys.js';
import { deDevice } from './de.device.js';
import { deErrors } from './de.errors.js';
import { deScopes } from './de.scopes.js';
import { deSecurity } from './de.security.js';
import { deSignIn } from './de.sign-in.js';
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
    byAddress: 'Anmeldung meiner Organisation verwenden',
    goOn: 'Weiter',
    or: 'oder',
    goOnAs: 'Weiter als {person}',
    orAnother: 'oder ein anderes Konto verwenden',
    noWayIn: 'Es ist noch keine Anmeldung eingerichtet. Fragen Sie die Person, die diesen Server betreibt.',
    problems: {
      bad_credentials:
        'E-Mail und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es erneut.',
      locked:
        'Die Anmeldung für dieses Konto ruht nach zu vielen Versuchen. Versuchen Sie es in einigen Minuten erneut.',
      session_expired: 'Sie wurden abgemeldet, weil einige Zeit vergangen ist. Melden Sie sich wieder an.',
      other_account:
        'Die App erwartet ein anderes Konto. Melden Sie sich mit diesem an, oder gehen Sie zurück zur App.',
      sso_not_fresh:
        'Die App verlangt eine neue Anmeldung, und der andere Dienst hat keine gezeigt. Versuchen Sie es erneut oder auf einem anderen Weg.',
      password_missing: 'Geben Sie Ihr Passwort ein.',
      unknown_domain:
        'Für diese Adresse ist keine Anmeldung eingerichtet. Prüfen Sie sie, oder wählen Sie einen anderen Weg.',
      sso_failed:
        'Der andere Dienst hat Ihre Anmeldung nicht bestätigt. Versuchen Sie es erneut oder auf einem anderen Weg.',
      throttled: 'Zu viele Versuche von hier. Warten Sie eine Minute und versuchen Sie es dann erneut.',
      passkey_failed:
        'Mit diesem Passkey kommen Sie nicht hinein. Versuchen Sie es erneut oder auf einem anderen Weg.',
      confirm: 'Melden Sie sich noch einmal an, um zu zeigen, dass Sie es sind.',
    },
  },

  ...deSignIn,

  security: deSecurity,

  apiKeys: deApiKeys,

  consent: {
    heading: '{app} den Zugriff auf {resource} erlauben?',
    headingAgain: 'Weiter mit {app}?',
    again:
      'Sie haben das schon erlaubt, und nichts Neues kommt hinzu. Fahren Sie nur fort, wenn Sie das gerade selbst gestartet haben.',
    againNew: 'Sie haben diese App schon erlaubt. Sie möchte jetzt mehr; das ist als neu markiert.',
    changed:
      'Diese App hat sich geändert, seit Sie sie erlaubt haben, etwa ihr Name oder wohin sie Sie schickt. Sehen Sie noch einmal hin, bevor Sie entscheiden.',
    nothingLeft:
      'Der App bliebe nichts, was sie tun könnte. Lassen Sie mindestens eines stehen, oder lehnen Sie ab.',
    who: 'Wer fragt',
    verified: 'Geprüft',
    notVerified: 'Nicht geprüft',
    notVerifiedWhy:
      'Jedes Programm kann diesen Namen tragen. Fahren Sie nur fort, wenn Sie das selbst gestartet haben.',
    claimed:
      'Sie sagt, dass sie von {host} kommt. Ein Programm auf diesem Computer kann das nicht beweisen: Fahren Sie nur fort, wenn Sie es selbst gestartet haben.',
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
    preapproved: 'Erlaubt von {brand}',
    leaveOut: 'Das weglassen',
    leaveOutOf: 'Das weglassen: {scope}',
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

  formPost: {
    heading: 'Zurück zu {host}',
    message: 'Wenn diese Seite stehen bleibt, drücken Sie den Knopf.',
    goOn: 'Weiter',
  },

  refusedRequest: {
    heading: 'Diese App fragte auf eine Weise, die nicht angenommen wird',
    message:
      'Niemand hat bestätigt, wer hinter {host} steht, deshalb wurde nichts dorthin gesendet. Wenn Sie das nicht gestartet haben, schließen Sie diese Seite.',
    problem: 'Was nicht stimmt',
    back: 'Zurück zu {host}',
  },

  device: deDevice,

  account: {
    heading: 'Ihr Konto',
    signOut: 'Abmelden',
    notices: {
      app_ended: '{subject} hat keinen Zugriff mehr. Was die App gerade tat, ist abgebrochen.',
      session_ended: 'Dieser Browser ist abgemeldet.',
      sign_in_connected: 'Verbunden. Sie können sich ab jetzt auch so anmelden.',
      sign_in_disconnected: '{subject} ist getrennt und dort abgemeldet, wo es benutzt wurde.',
      all_ended: 'Keine App hat mehr Zugriff, und jeder andere Browser ist abgemeldet.',
    },
    problems: {
      sign_in_not_connected:
        'Es wurde nichts verbunden: Der andere Dienst hat Ihre Anmeldung nicht bestätigt.',
      last_way_in:
        'Das ist Ihre einzige Art, sich anzumelden, und bleibt deshalb. Fügen Sie zuerst eine andere hinzu.',
      not_fresh:
        'Es wurde nichts geändert: Bestätigen Sie zuerst, dass Sie es sind, indem Sie sich erneut anmelden.',
    },
    signIns: 'Wie Sie sich anmelden',
    noSignIns:
      'Kein anderer Dienst ist verbunden. Sie melden sich mit dem an, was dieser Server für Sie hat.',
    connectedSince: 'Verbunden',
    lastSignIn: 'Letzte Anmeldung',
    disconnect: 'Trennen',
    disconnectOf: '{provider} trennen',
    connect: '{provider} verbinden',
    confirmFirst: 'Um das zu ändern, melden Sie sich zuerst erneut an.',
    signInAgain: 'Erneut anmelden',
    security: 'Passwort, Passkeys und zweiter Schritt',
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
    effect:
      'Apps, die auch ohne Sie arbeiten, behalten ihren Zugriff. Sie können ihn unter {account} beenden.',
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
