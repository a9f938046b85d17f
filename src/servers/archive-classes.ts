import { freePort } from './free-port.ts';
import { startServerProcess } from './server-process.ts';
import { probePort, waitUntilServing } from './wait-until.ts';

const startTimeoutMs = 30_000;

/**
 * Starts a server of ours once and ends it again, so that Java keeps its classes as they are in
 * memory (`-XX:ArchiveClassesAtExit`): every later start then takes half the processor's time. One
 * that fails changes nothing but that.
 *
 * @param script starts the server on the port that is its argument, with `JAVA_OPTIONS`.
 */
export async function archiveClasses(script: string, archive: string): Promise<void> {
  const port = await freePort();
  const server = await startServerProcess(script, [String(port)], {
    env: { JAVA_OPTIONS: `-XX:ArchiveClassesAtExit=${archive}` },
  });
  try {
    await waitUntilServing('The server', server, startTimeoutMs, () => probePort(port));
  } catch {
    // Another Java may not know the option: it works without, slower.
  }
  await server.stop();
}
