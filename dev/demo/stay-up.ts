import pc from 'picocolors';
import { connectionSettings } from '../../src/client/connect.ts';
import type { World } from './world.ts';

/**
 * Leaves everything running until the signal aborts, and says how to use it.
 *
 * @param id a workflow worth a look.
 */
export async function stayUp(
  { temporal, files }: World,
  id: string,
  say: (line?: string) => void,
  signal: AbortSignal,
): Promise<never> {
  const settings = [
    `TEMPORAL_ADDRESS=${temporal.address}`,
    `HOLDFAST_UI_URL=${temporal.uiUrl}`,
    ...(hasProfile() ? [`TEMPORAL_CONFIG_FILE=${files.profiles}`] : []),
  ];
  say();
  say(pc.bold('All of it stays up until Ctrl-C. In another terminal:'));
  say(`  export ${settings.join(' ')}`);
  say(`  npx holdfast status ${id}`);
  say('  npx holdfast start complete "Say hello" --id hello-1 --wait');
  return await new Promise((_, reject) => {
    // Keeps the process alive: a signal's listener alone does not.
    const timer = setInterval(() => {}, 60_000);
    const stop = () => {
      clearInterval(timer);
      reject(signal.reason);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Whether the user's own Temporal settings (a key, TLS) would get in the way of a local server. */
function hasProfile(): boolean {
  try {
    const { apiKey, tls } = connectionSettings().connectionOptions;
    return apiKey !== undefined || Boolean(tls);
  } catch {
    return true;
  }
}
