/** Why a page could not be shown: what it is, what it means and what to do. */
export const enErrors = {
  unknown_client: {
    title: 'This app is not known here',
    message: 'It may have been removed, or it was set up with another server.',
    advice: 'In the app, remove this server and add it again. It will then register itself anew.',
  },
  wrong_redirect: {
    title: 'This app gave a wrong return address',
    message: 'The address it wants the answer sent to is not one it registered, so nothing was sent.',
    advice: 'Start again from the app. If this goes on, tell the people who make it.',
  },
  expired_request: {
    title: 'This request has run out',
    message: 'It was answered already, it took too long, or it was opened in another browser.',
    advice: 'Start again from the app.',
  },
  malformed: {
    title: 'This request cannot be read',
    message: 'Something in the address or the form is missing or wrong.',
    advice: 'Go back and start again.',
  },
  stale_form: {
    title: 'This form is out of date',
    message: 'It was opened in another window or for another sign-in, so nothing was done.',
    advice: 'Go back, load the page again and repeat what you did.',
  },
  not_found: {
    title: 'There is no page here',
    message: 'The address may be mistyped or out of date.',
    advice: 'Check the address, or begin at the start page.',
  },
  throttled: {
    title: 'Too many attempts',
    message: 'To protect accounts, nothing more is accepted for a little while.',
    advice: 'Wait a minute, then try again.',
  },
  unavailable: {
    title: 'Not available right now',
    message: 'A part this page needs does not answer. Nothing you did was lost.',
    advice: 'Try again in a minute.',
  },
  unexpected: {
    title: 'Something went wrong',
    message: 'The server met a problem it did not expect. It has been written down.',
    advice: 'Try again. If it happens again, ask for help with the reference below.',
  },
  link_over: {
    title: 'This link is no longer good',
    message: 'It was used already, it is too old, or a newer one was sent after it.',
    advice: 'Ask for a new one, and open the newest email.',
  },
  sso_email_taken: {
    title: 'There is already an account with this email',
    message:
      'The service you signed in with is not trusted to speak for this address, so the two were not connected.',
    advice: 'Sign in the way you did before.',
  },
  sso_no_account: {
    title: 'You have no account here',
    message: 'The service you signed in with does not make accounts on this server.',
    advice: 'Ask the people who run this server for one, or sign in another way.',
  },
  sso_other_domain: {
    title: 'This account is not let in',
    message: 'Only people with a confirmed address of certain organisations come in this way.',
    advice: 'Sign in with the account of your organisation.',
  },
  sso_identity_taken: {
    title: 'That sign-in belongs to another account',
    message: 'It already opens somebody’s account here, so it was not connected to yours.',
    advice: 'If both accounts are yours, ask the people who run this server.',
  },
  sso_refused: {
    title: 'You cannot sign in here',
    message: 'Your account is switched off, or the service you used does not let you in.',
    advice: 'Ask the people who run this server.',
  },
  sso_unavailable: {
    title: 'The other service does not answer',
    message: 'You cannot sign in with it right now.',
    advice: 'Try again in a minute, or choose another way to sign in.',
  },
};
