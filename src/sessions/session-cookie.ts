export const SESSION_COOKIE = 'gatehouse_session';
