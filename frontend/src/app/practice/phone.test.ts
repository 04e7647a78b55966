import { expect, test } from 'vitest';
import { checksum } from '@/shared/audio/ogg';
import { applyChanges, EMPTY_PHONE, hasUnread, lastIncoming } from './phone';
import type { Changes, PhoneMessage } from './protocol';
import { kindOfMime, onePagePdf } from './samples';

const customer = { id: 'u1', name: 'Hannah', phone: '+447700900001', online: true, receipts: true };

function message(id: string, change: Partial<PhoneMessage> = {}): PhoneMessage {
  return { id, direction: 'incoming', kind: 'text', text: id, status: 'delivered', at: 0, ...change };
}

function changes(cursor: string, messages: readonly PhoneMessage[]): Changes {
  return { cursor, customer, typing: false, messages };
}

test('a message that changed keeps its place', () => {
  const first = applyChanges(
    EMPTY_PHONE,
    changes('2', [message('a', { direction: 'outgoing', status: 'sent' }), message('b')]),
  );
  const second = applyChanges(first, changes('3', [message('a', { direction: 'outgoing', status: 'read' })]));
  expect(second.messages.map(({ id, status }) => `${id} ${status}`)).toEqual(['a read', 'b delivered']);
  expect(second.cursor).toBe('3');
});

test('the same changes twice show nothing twice', () => {
  const once = applyChanges(EMPTY_PHONE, changes('1', [message('a')]));
  expect(applyChanges(once, changes('1', [message('a')])).messages).toHaveLength(1);
});

test('only what the business wrote can be unread', () => {
  const own = applyChanges(EMPTY_PHONE, changes('1', [message('a', { direction: 'outgoing', status: 'sent' })]));
  expect(hasUnread(own)).toBe(false);
  const answered = applyChanges(own, changes('2', [message('b')]));
  expect(hasUnread(answered)).toBe(true);
  expect(lastIncoming(answered)?.id).toBe('b');
  expect(hasUnread(applyChanges(answered, changes('3', [message('b', { status: 'read' })])))).toBe(false);
});

test("Ogg's checksum is the one of its specification: 89a1897f for 123456789", () => {
  expect(checksum(new TextEncoder().encode('123456789')).toString(16)).toBe('89a1897f');
});

test('the table of the made PDF points at its objects', () => {
  const file = onePagePdf('Invoice');
  const start = Number(/startxref\n(\d+)/.exec(file)?.[1]);
  expect(file.slice(start, start + 4)).toBe('xref');
  const offsets = [...file.matchAll(/^(\d{10}) 00000 n $/gm)].map((match) => Number(match[1]));
  expect(offsets.map((offset) => file.slice(offset, offset + 7))).toEqual([1, 2, 3, 4, 5].map((id) => `${id} 0 obj`));
});

test.each([
  ['image/jpeg', 'image'],
  ['video/mp4', 'video'],
  ['audio/ogg; codecs=opus', 'audio'],
  ['image/svg+xml', 'document'],
  ['application/pdf', 'document'],
])('%s is sent as %s', (mime, kind) => {
  expect(kindOfMime(mime)).toBe(kind);
});
