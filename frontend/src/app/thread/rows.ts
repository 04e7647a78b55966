/** A thread as the screen shows it: messages in runs, days between them, folded lines of the desk, the mark of the new. */
import type { Id, Message, Quoted } from '@/shared/api/types';
import { daysBetween } from '@/shared/format/times';
import type { Unsent } from '@/shared/store/state';

export interface ShownMessage {
  message: Message;
  /** Set while only this browser knows the message. */
  unsent: Unsent | null;
}

export type ThreadRow =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  | { kind: 'earlier'; key: string; at: string }
  | { kind: 'lines'; key: string; messages: Message[] }
  | { kind: 'message'; key: string; shown: ShownMessage; isFirst: boolean; isLast: boolean };

const RUN_MS = 10 * 60_000;
const NO_ENDINGS: ReadonlySet<Id> = new Set();

/**
 * `newFrom`: the message above which the "New" line stands. `endings`: the last messages of earlier conversations, below
 * which a line tells that another one begins.
 */
export function buildRows(
  shown: readonly ShownMessage[],
  newFrom: Id | null,
  endings: ReadonlySet<Id> = NO_ENDINGS,
): ThreadRow[] {
  const rows: ThreadRow[] = [];
  let previous: Message | null = null;
  for (const item of shown) {
    const { message } = item;
    if (previous === null || clockOf(previous).day !== clockOf(message).day) {
      rows.push({ kind: 'day', key: `day ${message.at.slice(0, 10)} ${message.id}`, at: message.at });
    }
    if (message.id === newFrom) rows.push({ kind: 'new', key: 'new' });
    if (message.direction === 'line') addLine(rows, message);
    else addMessage(rows, item);
    previous = message;
    if (endings.has(message.id)) {
      rows.push({ kind: 'earlier', key: `earlier ${message.conversation_id}`, at: message.at });
      // The day stands again below the divider: one reads a new conversation.
      previous = null;
    }
  }
  return rows;
}

const clocks = new WeakMap<Message, { time: number; day: number }>();

/** A message's time and local day, read once: long threads ask again with every page. */
function clockOf(message: Message): { time: number; day: number } {
  const known = clocks.get(message);
  if (known) return known;
  const date = new Date(message.at);
  const clock = { time: date.getTime(), day: daysBetween(EPOCH, date) };
  clocks.set(message, clock);
  return clock;
}

const EPOCH = new Date(1970, 0, 1);

function addLine(rows: ThreadRow[], message: Message): void {
  const last = rows[rows.length - 1];
  if (last?.kind === 'lines') last.messages.push(message);
  else rows.push({ kind: 'lines', key: message.id, messages: [message] });
}

function addMessage(rows: ThreadRow[], shown: ShownMessage): void {
  const last = rows[rows.length - 1];
  const isFirst = last?.kind !== 'message' || !isSameRun(last.shown.message, shown.message);
  if (!isFirst && last?.kind === 'message') last.isLast = false;
  const { message } = shown;
  rows.push({ kind: 'message', key: message.client_id ?? message.id, shown, isFirst, isLast: true });
}

function isSameRun(a: Message, b: Message): boolean {
  return (
    a.direction === b.direction &&
    a.author.kind === b.author.kind &&
    a.author.id === b.author.id &&
    clockOf(b).time - clockOf(a).time < RUN_MS
  );
}

/** An unsent message in the shape of the others, after all that the server knows. */
export function showUnsent(unsent: Unsent, me: Id): ShownMessage {
  const fileId = unsent.clientId;
  const content: Message['content'] =
    unsent.content.kind === 'media' && !('file_id' in unsent.content)
      ? { ...unsent.content, file_id: fileId, file_name: unsent.file?.name ?? '' }
      : unsent.content;
  const message: Message = {
    id: unsent.clientId,
    conversation_id: unsent.conversationId,
    seq: Number.MAX_SAFE_INTEGER,
    direction: unsent.mode === 'note' ? 'note' : 'outgoing',
    author: { kind: 'agent', id: me },
    content,
    quoted: unsent.quoted,
    reactions: [],
    at: unsent.createdAt,
    created_at: unsent.createdAt,
    written_at: null,
    status: unsent.mode === 'note' ? null : 'queued',
    is_uncertain: false,
    failure: null,
    automatic: null,
    copies: 0,
    client_id: unsent.clientId,
    edited_at: null,
    deleted_at: null,
    files: {},
  };
  return { message, unsent };
}

export function quoteOf(message: Message, preview: string): Quoted {
  return { message_id: message.id, preview, author_kind: message.author.kind };
}
