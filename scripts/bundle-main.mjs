// Becomes dist/bundle/server/main.js.
import { loadServer } from './load.js';

const { start } = loadServer().run();
await start();
