import type { enErrors } from './en.errors.js';

export const deErrors: typeof enErrors = {
  unknown_client: {
    title: 'Diese App ist hier nicht bekannt',
    message: 'Vielleicht wurde sie entfernt oder für einen anderen Server eingerichtet.',
    advice:
      'Entfernen Sie diesen Server in der App und fügen Sie ihn neu hinzu. Sie meldet sich dann neu an.',
  },
  wrong_redirect: {
    title: 'Diese App nannte eine falsche Rücksprungadresse',
    message:
      'Die Adresse, an die die Antwort gehen soll, hat sie nicht angemeldet. Es wurde nichts gesendet.',
    advice: 'Beginnen Sie noch einmal in der App. Bleibt es dabei, sagen Sie es denen, die sie herstellen.',
  },
  expired_request: {
    title: 'Diese Anfrage gilt nicht mehr',
    message:
      'Sie wurde schon beantwortet, es hat zu lange gedauert, oder sie wurde in einem anderen Browser geöffnet.',
    advice: 'Beginnen Sie noch einmal in der App.',
  },
  malformed: {
    title: 'Diese Anfrage ist nicht lesbar',
    message: 'In der Adresse oder im Formular fehlt etwas oder ist falsch.',
    advice: 'Gehen Sie zurück und beginnen Sie noch einmal.',
  },
  stale_form: {
    title: 'Dieses Formular ist veraltet',
    message:
      'Es wurde in einem anderen Fenster oder für eine andere Anmeldung geöffnet. Es wurde nichts getan.',
    advice: 'Gehen Sie zurück, laden Sie die Seite neu und wiederholen Sie den Schritt.',
  },
  not_found: {
    title: 'Hier ist keine Seite',
    message: 'Die Adresse ist vielleicht falsch geschrieben oder veraltet.',
    advice: 'Prüfen Sie die Adresse, oder beginnen Sie auf der Startseite.',
  },
  throttled: {
    title: 'Zu viele Versuche',
    message: 'Zum Schutz der Konten wird eine Weile nichts mehr angenommen.',
    advice: 'Warten Sie eine Minute und versuchen Sie es dann erneut.',
  },
  unavailable: {
    title: 'Gerade nicht verfügbar',
    message: 'Ein Teil, den diese Seite braucht, antwortet nicht. Nichts ging verloren.',
    advice: 'Versuchen Sie es in einer Minute noch einmal.',
  },
  unexpected: {
    title: 'Etwas ist schiefgegangen',
    message: 'Der Server traf auf ein unerwartetes Problem. Es wurde aufgezeichnet.',
    advice: 'Versuchen Sie es noch einmal. Geschieht es wieder, bitten Sie mit der Referenz unten um Hilfe.',
  },
  link_over: {
    title: 'Dieser Link gilt nicht mehr',
    message: 'Er wurde schon benutzt, er ist zu alt, oder nach ihm wurde ein neuerer geschickt.',
    advice: 'Verlangen Sie einen neuen, und öffnen Sie die neueste E-Mail.',
  },
  sso_email_taken: {
    title: 'Mit dieser E-Mail-Adresse gibt es schon ein Konto',
    message:
      'Der Dienst, mit dem Sie sich angemeldet haben, darf nicht für diese Adresse sprechen. Die beiden wurden nicht verbunden.',
    advice: 'Melden Sie sich so an wie bisher.',
  },
  sso_no_account: {
    title: 'Sie haben hier kein Konto',
    message: 'Mit dem Dienst, bei dem Sie angemeldet sind, werden auf diesem Server keine Konten angelegt.',
    advice: 'Bitten Sie die Menschen, die diesen Server betreiben, um eines, oder melden Sie sich anders an.',
  },
  sso_other_domain: {
    title: 'Dieses Konto wird nicht eingelassen',
    message: 'Auf diesem Weg kommen nur Menschen mit einer bestätigten Adresse bestimmter Organisationen.',
    advice: 'Melden Sie sich mit dem Konto Ihrer Organisation an.',
  },
  sso_identity_taken: {
    title: 'Diese Anmeldung gehört zu einem anderen Konto',
    message: 'Sie öffnet hier schon ein Konto und wurde deshalb nicht mit Ihrem verbunden.',
    advice: 'Wenn beide Konten Ihre sind, fragen Sie die, die diesen Server betreiben.',
  },
  sso_refused: {
    title: 'Sie können sich hier nicht anmelden',
    message: 'Ihr Konto ist abgeschaltet, oder der gewählte Dienst lässt Sie nicht ein.',
    advice: 'Fragen Sie die, die diesen Server betreiben.',
  },
  sso_unavailable: {
    title: 'Der andere Dienst antwortet nicht',
    message: 'Die Anmeldung mit ihm ist gerade nicht möglich.',
    advice: 'Versuchen Sie es in einer Minute noch einmal, oder wählen Sie einen anderen Weg.',
  },
};
