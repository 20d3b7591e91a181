import type { Strings } from './strings.js';

/** Die API-Schlüssel einer Person, auf ihren eigenen Seiten. */
export const deApiKeys: Strings['apiKeys'] = {
  heading: 'API-Schlüssel',
  link: 'API-Schlüssel für eigene Programme',
  back: 'Ihr Konto',
  lead: 'Ein Schlüssel lässt ein Programm von Ihnen ein, ohne Sie zu fragen. Wer ihn hat, kann in Ihrem Namen tun, was hier steht. Verbinden Sie lieber eine App, wo es geht.',
  none: 'Noch kein Schlüssel. Wenn Sie einen anlegen, erscheint er hier, und hier können Sie ihn beenden.',
  may: 'Darf',
  made: 'Angelegt',
  ends: 'Endet',
  lastUsed: 'Zuletzt benutzt',
  neverUsed: 'noch nicht benutzt',
  from: 'von {ip}',
  revoke: 'Diesen Schlüssel beenden…',
  revokeWhat: 'Was ihn benutzt, wird sofort abgewiesen. Das lässt sich nicht zurücknehmen.',
  revokeNow: '{name} beenden',
  newKey: 'Schlüssel anlegen',
  name: 'Wofür er ist',
  scopes: 'Was er darf',
  days: 'Gültig für so viele Tage',
  make: 'Den Schlüssel anlegen',
  confirmWhy: 'Um einen Schlüssel anzulegen, melden Sie sich zuerst neu an.',
  confirm: 'Bestätigen, dass Sie es sind',
  notices: { revoked: 'Der Schlüssel ist beendet.' },
  problems: {
    no_scope: 'Wählen Sie mindestens eines, was der Schlüssel darf.',
    too_long: 'So lange gilt kein Schlüssel.',
    too_many: 'Sie haben so viele Schlüssel, wie man haben darf. Beenden Sie zuerst einen.',
    not_taken: 'Sie können hier keine API-Schlüssel haben.',
  },
  headingMade: 'Kopieren Sie jetzt Ihren Schlüssel',
  madeLead:
    'Das ist {name}. Er wird nur dieses eine Mal gezeigt: Bewahren Sie ihn wie ein Passwort auf, dort, wo Programme Geheimnisse aufbewahren.',
  madeUse: 'Ein Programm sendet ihn im Header x-api-key.',
  done: 'Ich habe ihn kopiert',
};
