import { domainToASCII } from 'node:url';
import type { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

/** The formats of JSON Schema, each by the syntax of its own standard and no stricter. */
export function addStandardFormats(ajv: Ajv): void {
  addFormats.default(ajv);
  const known = (name: string) => testOf(ajv.formats[name]);
  const [dateTime, uri, uriReference] = ['date-time', 'uri', 'uri-reference'].map(known);
  const [hostname] = ['hostname'].map(known);
  const own: Record<string, (text: string) => boolean> = {
    // Whatever its version: databases make ids of their own.
    uuid: (text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
    // A blank between date and time is no RFC 3339.
    'date-time': (text) => !/\s/.test(text) && dateTime?.(text) === true,
    email: (text) => isEmail(text, false),
    'idn-email': (text) => isEmail(text, true),
    'idn-hostname': (text) => hostname?.(domainToASCII(text)) === true,
    iri: (text) => uri?.(inAscii(text)) === true,
    'iri-reference': (text) => uriReference?.(inAscii(text)) === true,
  };
  for (const [name, validate] of Object.entries(own)) ajv.addFormat(name, validate);
}

type Format = Ajv['formats'][string];

function testOf(format: Format): ((text: string) => boolean) | undefined {
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return (text) => format(text) === true;
  if (typeof format !== 'object') return undefined;
  return testOf(format.validate as Format);
}

/** RFC 5321: also a quoted local part, a domain of one label, an address in brackets. */
function isEmail(text: string, isInternational: boolean): boolean {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || local.length > 64 || domain === '' || text.length > 254) return false;
  const letters = isInternational ? '\\u0080-\\u{10FFFF}' : '';
  const atom = `[\\w!#$%&'*+/=?^\`{|}~${letters}-]+`;
  const isLocal =
    new RegExp(`^${atom}(?:\\.${atom})*$`, 'u').test(local) ||
    /^"(?:[ !#-[\]-~]|\\[ -~])*"$/.test(local);
  const label = `[a-z0-9${letters}](?:[a-z0-9${letters}-]*[a-z0-9${letters}])?`;
  const isDomain =
    new RegExp(`^${label}(?:\\.${label})*$`, 'iu').test(domain) || /^\[[\w.:]+\]$/.test(domain);
  return isLocal && isDomain;
}

function inAscii(text: string): string {
  return text.replace(/[\u0080-\u{10FFFF}]/gu, (letter) =>
    /[\ud800-\udfff]/.test(letter) && letter.length === 1 ? ' ' : encodeURIComponent(letter),
  );
}
