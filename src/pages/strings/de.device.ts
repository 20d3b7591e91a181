import type { enDevice } from './en.device.js';

export const deDevice: typeof enDevice = {
  heading: 'Welchen Code zeigt Ihr Gerät?',
  how: 'Geben Sie die acht Buchstaben ein, die Ihr Gerät oder Terminal zeigt. Dann sehen Sie, wer fragt, und entscheiden.',
  code: 'Code',
  submit: 'Weiter',
  problems: {
    unknown_code:
      'Dieser Code gilt nicht. Vielleicht ist er vertippt, benutzt oder abgelaufen. Prüfen Sie, was Ihr Gerät zeigt, oder beginnen Sie dort noch einmal.',
    nothing_to_grant:
      'Ihr Konto darf nichts von dem erlauben, was dieses Gerät möchte. Verwenden Sie ein anderes Konto, oder fragen Sie einen Admin.',
  },
  section: 'Ihr Gerät',
  compare: 'Es muss genau diesen Code zeigen:',
  started: 'Begonnen',
  from: 'Von Adresse',
  elsewhere: 'Sie sind an {ip}.',
  claimed:
    'Es sagt, dass es von {host} kommt. Ein Gerät kann das nicht beweisen: Fahren Sie nur fort, wenn Sie es selbst gestartet haben.',
  warning:
    'Fahren Sie nur fort, wenn Sie das gerade auf Ihrem eigenen Gerät gestartet haben. Hat Ihnen jemand diesen Code oder einen Link geschickt, wählen Sie Ablehnen: Sonst kommt er als Sie herein.',
  next: 'Ihr Gerät fährt von selbst fort, mit dem, was Sie hier erlauben.',
  allowed: 'Sie haben {app} den Zugriff erlaubt',
  goBack: 'Gehen Sie zurück zu Ihrem Gerät. Es fährt in wenigen Sekunden von selbst fort.',
  denied: 'Sie haben {app} abgelehnt',
  nothingGiven: 'Das Gerät hat nichts bekommen. Sie können dieses Fenster schließen.',
  deniedWhy: 'Haben Sie das nicht selbst gestartet, sagen Sie es denen, die diesen Server betreiben.',
};
