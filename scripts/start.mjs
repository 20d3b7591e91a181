// `npm start`: builds when needed, then becomes the server. It is this very process, so signals reach it.
import { ensureBuilt } from './ensure-built.mjs';

const built = await ensureBuilt().then(
  () => true,
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
    return false;
  },
);
if (built) await import('../dist/bundle/server/main.js');
