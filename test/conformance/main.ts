import { start } from '../../src/start.js';
import { FixturesModule } from './fixtures.js';

await start({ modules: [FixturesModule] });
