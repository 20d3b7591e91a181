export { AdminModule } from './admin.module.js';
export { ProblemFilter } from './problem.filter.js';
export { setUpAdminDocs } from './docs.js';
