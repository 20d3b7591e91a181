import { start } from '../../../src/start.js';
import { GuardedModule } from './guarded.js';

await start({ modules: [GuardedModule] });
