/**
 * Text from outside as inert Markdown: no markup, HTML, comment, link, mention or reference in it
 * survives, and it stays on one line.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>()#+\-.!|~:/]/g, '\\$&')
    .replace(/@/g, '@\u200b');
}
