import { start } from '../../../src/start.js';
import { LibraryModule } from './library.js';

await start({ modules: [LibraryModule] });
