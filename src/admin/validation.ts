import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { cleanText } from '../audit/index.js';
import { AdminProblem, type FieldError } from './admin-problem.js';

const MAX_ERRORS = 20;

/** Unknown members are refused, nothing is converted unless the request class says so. */
export const validation = new ValidationPipe({
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  transform: true,
  stopAtFirstError: true,
  exceptionFactory: (errors) => {
    const fields = errors.flatMap((error) => fieldErrors(error, '')).slice(0, MAX_ERRORS);
    return new AdminProblem('invalid_request', { errors: fields, reason: 'validation_failed' });
  },
});

/** Says what is wrong, never what was sent. */
function fieldErrors(error: ValidationError, prefix: string): FieldError[] {
  const field = cleanText(`${prefix}${error.property ?? ''}`).slice(0, 100);
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    field,
    message: rule === 'whitelistValidation' ? 'is not known here' : withoutSubject(message, error.property),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, `${field}.`))];
}

function withoutSubject(message: string, subject: string): string {
  return message.startsWith(`${subject} `) ? message.slice(subject.length + 1) : message;
}
