import type { OutgoingContent } from './types';

/** What the server takes: a template's own text and category it knows itself. */
export function wireContent(content: OutgoingContent): OutgoingContent {
  if (content.kind !== 'template') return content;
  const { text: _text, category: _category, ...wire } = content;
  return wire as OutgoingContent;
}
