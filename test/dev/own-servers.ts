// Run by servers.test.ts, to be killed: starts servers, names their processes, and waits.
import { startDevServer, startPostgres } from '../../dev/servers/index.ts';

const devServer = await startDevServer({ isHeadless: true });
const postgres = await startPostgres();
console.log(JSON.stringify({ pids: [devServer.pid, postgres.pid], folder: postgres.folder }));
setInterval(() => {}, 1_000);
