export type LinkPurpose = 'invite' | 'reset' | 'verify_email';
