// Talks to passkeys for the forms that ask for it: the answer goes into the form, which then is sent as ever.
(() => {
  'use strict';

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=+$/, '');
  const withIds = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  // WebAuthn §5.1.8 and §5.1.9, for browsers that do not know them yet.
  function requestOptions(json) {
    if (PublicKeyCredential.parseRequestOptionsFromJSON)
      return PublicKeyCredential.parseRequestOptionsFromJSON(json);
    return { ...json, challenge: bytes(json.challenge), allowCredentials: withIds(json.allowCredentials) };
  }

  function creationOptions(json) {
    if (PublicKeyCredential.parseCreationOptionsFromJSON)
      return PublicKeyCredential.parseCreationOptionsFromJSON(json);
    return {
      ...json,
      challenge: bytes(json.challenge),
      user: { ...json.user, id: bytes(json.user.id) },
      excludeCredentials: withIds(json.excludeCredentials),
    };
  }

  function jsonOf(credential) {
    if (typeof credential.toJSON === 'function') return credential.toJSON();
    const { id, rawId, type, response, authenticatorAttachment } = credential;
    const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
    const said = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
    return {
      id,
      rawId: text(rawId),
      type,
      authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: {
        ...Object.fromEntries(said),
        ...(response.getTransports && { transports: response.getTransports() }),
      },
    };
  }

  let waiting;

  /** One request at a time: what waits in the address field gives way to the button. */
  function ask(form, more) {
    if (waiting) waiting.abort();
    waiting = new AbortController();
    const json = JSON.parse(form.dataset.options);
    const { signal } = waiting;
    return form.dataset.passkey === 'create'
      ? navigator.credentials.create({ publicKey: creationOptions(json), signal, ...more })
      : navigator.credentials.get({ publicKey: requestOptions(json), signal, ...more });
  }

  function send(form, credential) {
    form.elements.namedItem('response').value = JSON.stringify(jsonOf(credential));
    form.submit();
  }

  function tell(form, name) {
    for (const note of form.querySelectorAll('[data-passkey-problem]'))
      note.hidden = note.dataset.passkeyProblem !== name;
  }

  async function press(form) {
    tell(form, '');
    try {
      send(form, await ask(form));
    } catch (error) {
      if (error.name !== 'AbortError')
        tell(form, error.name === 'InvalidStateError' ? 'exists' : 'cancelled');
    }
  }

  /** The browser offers passkeys among what it fills into the address field. */
  async function offer(form) {
    const { isConditionalMediationAvailable: isAvailable } = PublicKeyCredential;
    if (!isAvailable || !(await isAvailable.call(PublicKeyCredential))) return;
    try {
      send(form, await ask(form, { mediation: 'conditional' }));
    } catch {
      // Nobody asked for it: nothing is to be said.
    }
  }

  if (!window.PublicKeyCredential || !navigator.credentials) return;
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      press(form);
    });
    if ('conditional' in form.dataset) offer(form);
  }
})();
