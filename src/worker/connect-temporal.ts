import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { CannotStart, cannotStart, wordsOf } from '../failures/cannot-start.ts';
import { temporalAddressProblem, withUsualPort } from '../wire/temporal-address.ts';

/**
 * Connects as Temporal's own tools do (`TEMPORAL_*` and profiles), and makes sure of the namespace.
 *
 * @param env instead of the process's own variables.
 * @throws CannotStart
 */
export async function connectTemporal(env?: Record<string, string>) {
  const { connectionOptions, namespace = 'default' } = settings(env);
  const given = connectionOptions.address ?? '127.0.0.1';
  const problem = temporalAddressProblem(given);
  if (problem) throw new CannotStart('TEMPORAL_ADDRESS', problem);
  const address = withUsualPort(given);
  const connection = await NativeConnection.connect({ ...connectionOptions, address }).catch(
    (error: unknown) => {
      throw connectionProblem(error, address);
    },
  );
  await connection.workflowService.describeNamespace({ namespace }).catch((error: unknown) => {
    throw namespaceProblem(error, address, namespace);
  });
  return { connection, address, namespace };
}

function settings(env: Record<string, string> | undefined) {
  try {
    return loadClientConnectConfig(env && { overrideEnvVars: env });
  } catch (error) {
    const [reason = ''] = wordsOf(error).split('\n');
    throw cannotStart(
      reason,
      [
        [/^Profile /, 'TEMPORAL_PROFILE', `${reason}; name one that the configuration file has`],
        [/TOML/i, 'TEMPORAL_CONFIG_FILE', `${reason}; correct the file`],
        [
          /^E[A-Z]+: /,
          'TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH, TEMPORAL_TLS_SERVER_CA_CERT_PATH or TEMPORAL_CONFIG_FILE',
          `${reason}; name a file that can be read`,
        ],
        [/^/, 'TEMPORAL_*', `${reason}; correct these variables or the profile`],
      ],
      error,
    );
  }
}

/** What a failed connection means, which the SDK says only in the message (observed with 1.24). */
export function connectionProblem(error: unknown, address: string): CannotStart {
  const server = `the Temporal server at ${address}`;
  return cannotStart(
    wordsOf(error),
    [
      [
        /valid authentication credentials|permission to execute/,
        'TEMPORAL_API_KEY',
        `${server} refuses it; set a key that is valid for the namespace`,
      ],
      [
        /NotValidForName/,
        'TEMPORAL_TLS_SERVER_NAME',
        `the certificate of ${server} is for another name; set the name that it is for`,
      ],
      [
        /InvalidCertificate/,
        'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
        `the certificate of ${server} is not trusted; name the file of the authority that signed it`,
      ],
      [
        /InvalidContentType|InvalidMessage/,
        'TEMPORAL_TLS',
        `what answers at ${address} does not speak TLS; set it to false, or correct TEMPORAL_ADDRESS`,
      ],
      [
        /AlertReceived|Certificate|PrivateKey/,
        'TEMPORAL_TLS_CLIENT_CERT_PATH',
        `the certificate or its key cannot be used with ${server}; name a pair that the server knows`,
      ],
      [
        /BrokenPipe|http2 error|connection reset|UnexpectedEof/i,
        'TEMPORAL_TLS',
        `what answers at ${address} is no Temporal server without TLS; set it to true if it wants TLS, otherwise correct TEMPORAL_ADDRESS`,
      ],
      [
        /^/,
        'TEMPORAL_ADDRESS',
        `no Temporal server answers at ${address}; start one (\`npx holdfast up\` does, with a worker), or correct the address`,
      ],
    ],
    error,
  );
}

/** gRPC's codes. */
const notFound = 5;
const refused: readonly unknown[] = [7, 16];

function namespaceProblem(error: unknown, address: string, namespace: string): CannotStart {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const name = JSON.stringify(namespace);
  if (code === notFound) {
    const sentence = `the Temporal server at ${address} has no namespace ${name}; create it, or correct the name`;
    return new CannotStart('TEMPORAL_NAMESPACE', sentence, { cause: error });
  }
  if (refused.includes(code)) {
    const sentence = `it may not use the namespace ${name} at ${address}; set a key that may`;
    return new CannotStart('TEMPORAL_API_KEY', sentence, { cause: error });
  }
  return connectionProblem(error, address);
}
