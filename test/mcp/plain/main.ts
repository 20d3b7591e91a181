import { start } from '../../../src/start.js';
import { PlainModule } from './plain.js';

await start({ modules: [PlainModule] });
