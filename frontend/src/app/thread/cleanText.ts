/** Messages as text that can be pasted anywhere: when, who, what, one after the other. */
import type { Agent, Id, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { describeContent } from '../inbox/describe';

export interface Names {
  readonly contact: string;
  readonly agents: ReadonlyMap<Id, Pick<Agent, 'name'>>;
}

export function cleanText(messages: readonly Message[], names: Names): string {
  return messages.map((message) => `[${whenOf(message)}] ${whoOf(message, names)}: ${whatOf(message)}`).join('\n');
}

function whenOf(message: Message): string {
  return formatDate(message.at, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

export function whoOf(message: Message, names: Names): string {
  const { kind, id } = message.author;
  const name = kind === 'contact' ? names.contact : (id !== null && names.agents.get(id)?.name) || t(`author.${kind}`);
  return message.direction === 'note' ? t('thread.note_of', { name }) : name;
}

/** Deleted ones are told, not repeated; of a file its name. */
export function whatOf(message: Message): string {
  const { content } = message;
  if (message.deleted_at !== null) {
    return t(message.direction === 'incoming' ? 'message.deleted' : 'message.discarded');
  }
  if (content.kind !== 'media') return describeContent(content);
  const file = content.file_name || message.files[content.file_id]?.name;
  const what = describeContent({ ...content, caption: '' });
  // In quotation marks: it is what somebody heard, not what somebody typed.
  const spoken = content.spoken && `“${content.spoken.text}”`;
  return [file ? `${what} (${file})` : what, content.caption, spoken].filter(Boolean).join(': ');
}
