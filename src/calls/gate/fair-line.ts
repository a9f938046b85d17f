/**
 * Makes an empty line in which keys take turns: no key's items wait behind all of another's.
 *
 * @param isLow whether an item goes only when no key waits with another one; of a key all do, or none.
 */
export function createFairLine<T>(isLow: (item: T) => boolean = () => false) {
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
    push(key: string, item: T): void {
      const line = lines.get(key);
      if (line) line.push(item);
      else lines.set(key, [item]);
      size += 1;
    },
    /** The next item: keys take turns, and within a key the first comes first. */
    peek(): T | undefined {
      let first: T | undefined;
      for (const [head] of lines.values()) {
        if (head !== undefined && !isLow(head)) return head;
        first ??= head;
      }
      return first;
    },
    /** The item of the least amount, whoever's it is; of equal ones the first. */
    least(amountOf: (item: T) => number): T | undefined {
      let found: T | undefined;
      for (const item of [...lines.values()].flat()) {
        if (found === undefined || amountOf(item) < amountOf(found)) found = item;
      }
      return found;
    },
    /** Takes an item out: its key has had its turn. */
    take(key: string, item: T): void {
      const line = lines.get(key);
      const index = line?.indexOf(item) ?? -1;
      if (!line || index < 0) return;
      line.splice(index, 1);
      lines.delete(key);
      if (line.length > 0) lines.set(key, line);
      size -= 1;
    },
    remove(key: string, item: T): boolean {
      const line = lines.get(key);
      const index = line?.indexOf(item) ?? -1;
      if (!line || index < 0) return false;
      line.splice(index, 1);
      drop(key, line);
      return true;
    },
    /** Makes room for an item of `than`: sheds, if the longest has more than `than` will then have. */
    giveWay(than: string): T | undefined {
      const entry = longest();
      if (!entry || entry[1].length <= (lines.get(than)?.length ?? 0) + 1) return undefined;
      return takeLast(entry);
    },
    /** Takes out the last item of the key with the most. */
    shed(): T | undefined {
      const entry = longest();
      return entry && takeLast(entry);
    },
    drain(): T[] {
      const items = [...lines.values()].flat();
      lines.clear();
      size = 0;
      return items;
    },
  };
}
