/** The pages where a person lets in a device by its code. */
export const enDevice = {
  heading: 'Which code does your device show?',
  how: 'Type the eight letters that your device or terminal shows. Then you see who asks, and decide.',
  code: 'Code',
  submit: 'Continue',
  problems: {
    unknown_code:
      'This code does not work. It may be mistyped, used or expired. Check what your device shows, or start again there.',
    nothing_to_grant:
      'Your account may not allow any of what this device asks for. Use another account, or ask an admin.',
  },
  section: 'Your device',
  compare: 'It must show exactly this code:',
  started: 'Started',
  from: 'From address',
  elsewhere: 'You are at {ip}.',
  claimed:
    'It says that it comes from {host}. A device cannot prove that: go on only if you started it yourself.',
  warning:
    'Only go on if you started this on your own device, just now. If somebody sent you this code or a link, choose Deny: it would let them in as you.',
  next: 'Your device continues by itself, with what you allow here.',
  allowed: 'You allowed {app}',
  goBack: 'Go back to your device. It continues by itself within a few seconds.',
  denied: 'You denied {app}',
  nothingGiven: 'The device was given nothing. You can close this window.',
  deniedWhy: 'If you did not start this yourself, tell the people who run this server.',
};
