/** A form that talks to a passkey; `passkeys.browser.js` fills in `response`. */
export interface PasskeyFormView {
  /** For the browser, as JSON. */
  options: string;
  /** Comes back with the answer. */
  ticket: string;
}
