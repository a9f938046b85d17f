// A process that runs one command line of `holdfast` after the other, each as if it were alone:
// to load the command costs a third of a second of CPU, to run it a twentieth. Whatever a command
// leaves open, as it may before its process ends, ends with this process.
import { AsyncLocalStorage } from 'node:async_hooks';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommand } from '../../src/cli/run-command.ts';
import { addOrderCommands } from '../../src/orders/commands/add-order-commands.ts';

/** What the process of one command line has of its own. */
interface OwnProcess {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Readable;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly exit: () => void;
  exitCode: number | undefined;
}

/** A command line to run, as the tests send it. */
export interface CommandLine {
  readonly number: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
}

/** What it came to. */
export interface CommandEnd {
  readonly number: number;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new AsyncLocalStorage<OwnProcess>();
const shared = process;

for (const name of ['argv', 'env', 'stdout', 'stderr', 'exit'] as const) {
  const whole = shared[name];
  Object.defineProperty(shared, name, { get: () => running.getStore()?.[name] ?? whole });
}
Object.defineProperty(shared, 'stdin', { get: () => running.getStore()?.stdin });

// Node lets nobody redefine `process.exitCode`, only stand before it.
globalThis.process = new Proxy(shared, {
  get: (target, name) =>
    name === 'exitCode' ? running.getStore()?.exitCode : Reflect.get(target, name, target),
  set(target, name, value) {
    const own = running.getStore();
    if (name !== 'exitCode' || !own) return Reflect.set(target, name, value, target);
    own.exitCode = value;
    return true;
  },
});

async function run({ number, args, env, input }: CommandLine): Promise<CommandEnd> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const printed = Promise.all([text(stdout), text(stderr)]);
  const own: OwnProcess = {
    ...{ argv: ['node', 'holdfast', ...args], env, stdout, stderr },
    stdin: Readable.from([Buffer.from(input)]),
    exit() {
      stdout.end();
      stderr.end();
    },
    exitCode: undefined,
  };
  await running.run(own, () => runCommand(args, addOrderCommands));
  const [out, err] = await printed;
  const [stdoutText, stderrText] = [out, err].map((each) => each.replace(/\r?\n$/, ''));
  return {
    ...{ number, exitCode: own.exitCode ?? 0 },
    ...{ stdout: stdoutText ?? '', stderr: stderrText ?? '' },
  };
}

shared.on('message', (line: CommandLine) => {
  void run(line).then((end) => shared.send?.(end));
});
shared.once('disconnect', () => shared.exit());
