type Optional<Fields> = {
  [Name in keyof Fields]-?: undefined extends Fields[Name] ? Name : never;
}[keyof Fields];

/** Fields of which those that may be `undefined` are optional. */
type Present<Fields> = Omit<Fields, Optional<Fields>> & {
  readonly [Name in Optional<Fields>]?: Exclude<Fields[Name], undefined>;
};

/** The fields that are there: one that is `undefined` is left out, as JSON leaves it out. */
export function present<Fields extends object>(fields: Fields): Present<Fields> {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as Present<Fields>;
}
