import type { Program } from '../../src/servers/program.ts';

/** A program that no download has, built by `build`. */
export function fakeProgram(build: Program['build']): Program {
  return {
    title: 'the fake server',
    variable: 'HOLDFAST_FAKE',
    command: 'fake-server',
    cacheName: 'fake-server-1',
    sdkDownload: 'none' as 'dev-server',
    buildLabel: 'building the fake server',
    buildNote: 'It takes no time.',
    build,
  };
}
