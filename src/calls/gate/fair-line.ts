/** A line in which keys take turns: no item waits behind all those of another key. */
export interface FairLine<T> {
  readonly size: () => number;
  readonly push: (key: string, item: T) => void;
  /** The next item: keys take turns, and within a key the first comes first. */
  readonly peek: () => T | undefined;
  readonly shift: () => T | undefined;
  readonly remove: (key: string, item: T) => boolean;
  /**
   * Makes room for an item of the key `than`: takes out the last item of the key with the longest line, if
   * that has more than `than` will have with the new one.
   */
  readonly giveWay: (than: string) => T | undefined;
  /** Takes out the last item of the key with the longest line. */
  readonly shed: () => T | undefined;
  readonly drain: () => T[];
}

/** Makes an empty line. */
export function createFairLine<T>(): FairLine<T> {
  // A map keeps its keys in order of insertion: the first is the one whose turn it is.
  const lines = new Map<string, T[]>();
  let size = 0;

  function drop(key: string, line: T[]): void {
    size -= 1;
    if (line.length === 0) lines.delete(key);
  }

  function longest(): [string, T[]] | undefined {
    let found: [string, T[]] | undefined;
    for (const entry of lines) {
      if (entry[1].length > (found?.[1].length ?? 0)) found = entry;
    }
    return found;
  }

  function takeLast([key, line]: [string, T[]]): T | undefined {
    const item = line.pop();
    drop(key, line);
    return item;
  }

  return {
    size: () => size,
    push(key, item) {
      const line = lines.get(key);
      if (line) line.push(item);
      else lines.set(key, [item]);
      size += 1;
    },
    peek: () => lines.values().next().value?.[0],
    shift() {
      const first = lines.entries().next().value;
      if (!first) return undefined;
      const [key, line] = first;
      const item = line.shift();
      lines.delete(key);
      if (line.length > 0) lines.set(key, line);
      size -= 1;
      return item;
    },
    remove(key, item) {
      const line = lines.get(key);
      const index = line?.indexOf(item) ?? -1;
      if (!line || index < 0) return false;
      line.splice(index, 1);
      drop(key, line);
      return true;
    },
    giveWay(than) {
      const entry = longest();
      if (!entry || entry[1].length <= (lines.get(than)?.length ?? 0) + 1) return undefined;
      return takeLast(entry);
    },
    shed() {
      const entry = longest();
      return entry && takeLast(entry);
    },
    drain() {
      const items = [...lines.values()].flat();
      lines.clear();
      size = 0;
      return items;
    },
  };
}
