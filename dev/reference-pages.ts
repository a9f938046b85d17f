import { type Door, type Exported, readDoors } from './read-doors.ts';

/** The pages for users on the doors, from the comments and types of the code. */
export function referencePages(): { readonly path: string; readonly content: string }[] {
  const doors = readDoors();
  return doors.map((door) => ({
    path: `docs/reference/${pageOf(door)}`,
    content: doorPage(door, doors),
  }));
}

function pageOf({ name }: Door): string {
  return `${name.replace('holdfast/', '')}.md`;
}

function doorPage({ name, words, exports, beside }: Door, doors: readonly Door[]): string {
  const values = exports.filter(({ isType }) => !isType);
  const types = exports.filter(({ isType }) => isType);
  const home = (one: Exported) =>
    doors.find((door) => door.exports.some((each) => each.name === one.name));
  const homeless = beside.filter((one) => home(one) === undefined);
  const elsewhere = beside.flatMap((one) => {
    const door = home(one);
    return door ? [linkTo(one, pageOf(door))] : [];
  });
  return `# ${name}

${words}

${[values, types]
  .filter((each) => each.length > 0)
  .map((each) => each.map((one) => linkTo(one)).join(' · '))
  .join('\n\n')}

${exports.map((each) => describe(each)).join('\n\n')}
${homeless.length === 0 ? '' : `\n## What these are made of\n\n${homeless.map((each) => describe(each, '###')).join('\n\n')}\n`}${
  elsewhere.length === 0 ? '' : `\nOf other doors: ${elsewhere.join(' · ')}\n`
}
This page is generated from the code by \`node dev/write-schemas.ts\`.
`;
}

function linkTo({ name }: Exported, page = ''): string {
  return `[\`${name}\`](${page}#${name.toLowerCase()})`;
}

function describe({ name, words, tags, code }: Exported, level = '##'): string {
  const rows = tags.map(({ name: tag, text = '' }) => describeTag(tag, text));
  return [`${level} ${name}`, words, `\`\`\`ts\n${code}\n\`\`\``, rows.join('\n')]
    .filter(Boolean)
    .join('\n\n');
}

function describeTag(tag: string, text: string): string {
  const [, param = '', words = ''] = /^(\S+)\s+(?:- )?([\s\S]*)$/.exec(text) ?? [];
  return (tag === 'param' ? `- \`${param}\`: ${words}` : `- *${tag}* ${text}`).replaceAll(
    '\n',
    '\n  ',
  );
}
