import { durationMs } from '../../policies/duration.ts';
import { asFields, asList, asText, type Fields } from '../provider/families/read-json.ts';
import { jsonInText } from './json-in-text.ts';

/** One error within a body: a proxy's own, or what it passes on from upstream. */
export interface ErrorLayer {
  /** Its codes and types, unchanged; numbers that are no HTTP status as text. */
  readonly codes: readonly string[];
  /** The HTTP status that it names. */
  readonly status: number | undefined;
  readonly param: string;
  /** Free text, without the error that it wraps: matched against, never logged or passed on. */
  readonly message: string;
  /** Google's names of the quotas that are used up, from `google.rpc.QuotaFailure`. */
  readonly quotaIds: readonly string[];
  /** Google's `google.rpc.RetryInfo.retryDelay`. */
  readonly retryInfoDelay: string | undefined;
  /** A wait in a field of its own, in milliseconds. */
  readonly waitMs: number | undefined;
  /** The upstream's response headers, as OpenRouter passes them on; lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Errors within errors are followed so far. */
const maximumDepth = 8;
const maximumItems = 5;

/** Where errors hold the error that they wrap. */
const wrappers =
  'Response Error fault extensions innererror raw metadata error errors detail details base_resp upstream_error original_error cause body data message msg error_msg error_message errorMessage Message'.split(
    ' ',
  );
const texts =
  'message msg error_msg error_message errorMessage Message status_msg faultstring error_description title detail error'.split(
    ' ',
  );
const codeFields =
  'code type status error_code errorCode errorcode err_code error_type __type Code'.split(' ');

/** Every error in a body, the innermost first. */
export function errorLayers(value: unknown, depth = 0): ErrorLayer[] {
  if (depth > maximumDepth) return [];
  if (typeof value === 'string') return errorLayers(jsonInText(value)?.value, depth + 1);
  if (Array.isArray(value)) {
    return value.slice(0, maximumItems).flatMap((item) => errorLayers(item, depth + 1));
  }
  if (typeof value !== 'object' || value === null) return [];
  const fields = asFields(value);
  const choice = asFields(asList(fields.choices)[0]);
  // Of an answer only what it calls an error: its text may hold anything.
  const inside = [choice.error, asFields(fields.response).error].flatMap((error) =>
    errorLayers(typeof error === 'string' ? { message: error } : error, depth + 1),
  );
  const wrapped = wrappers.flatMap((name) => wrappedIn(fields, name, depth));
  const own = layerOf(fields);
  return [...inside, ...wrapped, ...(own ? [own] : [])];
}

function wrappedIn(fields: Fields, name: string, depth: number): ErrorLayer[] {
  const value = fields[name];
  // OpenRouter's upstream may have answered in words.
  if (name === 'raw' && typeof value === 'string' && !jsonInText(value)) {
    return errorLayers({ message: value }, depth + 1);
  }
  if (name === 'base_resp') return errorLayers(baseResponse(value), depth + 1);
  return errorLayers(value, depth + 1);
}

/** MiniMax's envelope: numbers that mean something else at other providers. */
function baseResponse(value: unknown): Fields | undefined {
  const { status_code, status_msg } = asFields(value);
  return status_code ? { code: `base_resp.${status_code}`, message: status_msg } : undefined;
}

function layerOf(fields: Fields): ErrorLayer | undefined {
  const details = asList(fields.details);
  const metadata = asFields(fields.metadata);
  const codes = [
    asFields(fields.details).error_code,
    metadata.limit_source,
    metadata.error_type,
    ...codeFields.map((name) => fields[name]),
    ...details.map(({ reason }) => reason),
  ].flatMap(codeIn);
  const status = [fields.code, fields.status, fields.statusCode, fields.status_code]
    .map(statusIn)
    .find((found) => found !== undefined);
  const message = [...new Set(texts.map((name) => asText(fields[name])))]
    .map((text) => jsonInText(text)?.around ?? text.slice(0, 4000))
    .join(' ')
    .trim();
  const quotaIds = details.flatMap(({ violations }) =>
    asList(violations).map((violation) => asText(violation.quotaId)),
  );
  const retryInfoDelay = details
    .flatMap(({ retryDelay, metadata }) => [retryDelay, asFields(metadata).quotaResetDelay])
    .map((delay) => (typeof delay === 'object' ? `${asFields(delay).seconds}s` : delay))
    .find((delay) => typeof delay === 'string');
  const waitMs = waitIn(fields) ?? waitIn(metadata) ?? waitIn(asFields(fields.details));
  const headers = headersIn(metadata.headers);
  const says = codes.length > 0 || status !== undefined || message !== '' || waitMs !== undefined;
  if (!says) return undefined;
  const param = asText(fields.param);
  return { codes, status, param, message, quotaIds, retryInfoDelay, waitMs, headers };
}

function codeIn(code: unknown): string[] {
  if (typeof code === 'number') return Number.isInteger(code) && !statusIn(code) ? [`${code}`] : [];
  // Amazon writes `com.amazon.coral.service#ThrottlingException`; a sentence is no code.
  const name = asText(code).replace(/^.*#/, '').replace(/:.*$/s, '');
  const isCode = name !== '' && !/^error$|^response\.|\s/.test(name) && !statusIn(name);
  return isCode ? [name] : [];
}

function statusIn(code: unknown): number | undefined {
  const number = typeof code === 'string' && /^[45]\d\d$/.test(code) ? Number(code) : code;
  return typeof number === 'number' && number >= 400 && number < 600 ? number : undefined;
}

/** Names of the fields that hold a wait, with what their unit is in milliseconds. */
const waitFields: Readonly<Record<string, number>> = {
  retry_after_ms: 1,
  retryAfterMs: 1,
  retry_after: 1000,
  retry_after_seconds: 1000,
  retryAfter: 1000,
  retryAfterSeconds: 1000,
  resets_in_seconds: 1000,
  // Hugging Face, of a model that is being loaded.
  estimated_time: 1000,
};

function waitIn(fields: Fields): number | undefined {
  for (const [name, unitMs] of Object.entries(waitFields)) {
    const value = fields[name];
    const isNumber = typeof value === 'number' || /^\d+(\.\d+)?$/.test(asText(value));
    if (isNumber && Number(value) > 0) return Number(value) * unitMs;
    const saidMs = durationMs(asText(value));
    if (saidMs !== undefined) return saidMs;
  }
  return undefined;
}

function headersIn(value: unknown): Record<string, string> {
  const entries = Object.entries(asFields(value)).map(
    ([name, text]) => [name.toLowerCase(), typeof text === 'number' ? `${text}` : text] as const,
  );
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
