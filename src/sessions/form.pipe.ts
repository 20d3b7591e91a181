import { ValidationPipe } from '@nestjs/common';

/** Validates the forms of pages. Fields that a form does not have are dropped; a repeated field is not a text. */
export const formPipe = new ValidationPipe({ whitelist: true, forbidUnknownValues: true, transform: true });
