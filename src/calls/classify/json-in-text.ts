/** Longest text that is searched: what errors wrap is far shorter. */
const maximumLength = 64 * 1024;
const maximumTries = 12;

/**
 * Finds the JSON that a proxy has put into a sentence: as it is, escaped once more, or as Python
 * prints a dictionary or bytes. Only errors are read so, never answers.
 *
 * @returns an object or a list, and the text around it.
 */
export function jsonInText(text: string) {
  if (text.length > maximumLength) return undefined;
  for (const start of positions(text, /[[{]/g)) {
    const close = text[start] === '{' ? /\}/g : /\]/g;
    for (const end of positions(text, close).reverse().slice(0, maximumTries)) {
      const value = end > start ? read(text.slice(start, end + 1)) : undefined;
      if (value) return { value, around: `${text.slice(0, start)} ${text.slice(end + 1)}` };
    }
  }
  return undefined;
}

function positions(text: string, pattern: RegExp): number[] {
  const found = [...text.matchAll(pattern)].map(({ index }) => index);
  return pattern.source.includes('{') ? found.slice(0, maximumTries) : found;
}

function read(text: string): object | undefined {
  for (const form of [(same: string) => same, withoutEscapes, fromPython]) {
    try {
      const value: unknown = JSON.parse(form(text));
      // `[1, 8192]` in a sentence is a range, no error.
      const isError = Array.isArray(value) ? value.some((item) => typeof item === 'object') : true;
      if (typeof value === 'object' && value !== null && isError) return value;
    } catch {
      // The next form may fit.
    }
  }
  return undefined;
}

function withoutEscapes(text: string): string {
  return text.replaceAll(/\\+[nrt]/g, ' ').replaceAll(/\\+(["'])/g, '$1');
}

const pythonWords: Readonly<Record<string, string>> = {
  None: 'null',
  True: 'true',
  False: 'false',
};

function fromPython(text: string): string {
  return text.replaceAll(
    /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\b(None|True|False)\b/gs,
    (_, single?: string, double?: string, word?: string) => {
      if (word !== undefined) return pythonWords[word] ?? 'null';
      return JSON.stringify((single ?? double ?? '').replaceAll(/\\(.)/gs, '$1'));
    },
  );
}
