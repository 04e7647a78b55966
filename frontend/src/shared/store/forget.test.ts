import { expect, test } from 'vitest';
import type { Contact, Id } from '@/shared/api/types';
import { reduce } from './reduce';
import { EMPTY, listKey, type ListQuery, type State } from './state';
import { asRow, makeChanges, makeConversation, makeMessage, ME, time } from './testing';

const LIST: ListQuery = { view: 'open', order: 'newest', channelId: null };

function opened(): State {
  return reduce(EMPTY, { type: 'opened', me: ME, position: 0 });
}

function withThread(state: State, id: Id, count: number): State {
  const items = Array.from({ length: count }, (_, index) => makeMessage(`${id}-${index}`, id, index));
  return reduce(state, {
    type: 'thread_loaded',
    conversationId: id,
    page: { items, next: null, position: state.position, isFirst: true },
  });
}

function received(state: State, id: Id, change: Parameters<typeof makeConversation>[1] = {}): State {
  const position = state.position + 1;
  const row = asRow(makeConversation(id, { last_activity_at: time(position), ...change }));
  const message = makeMessage(`m${position}`, id, position);
  return reduce(state, makeFrame(position, row, message));
}

function makeFrame(position: number, row: ReturnType<typeof asRow>, message: ReturnType<typeof makeMessage>) {
  const changes = makeChanges(position, 'message_received', { conversations: [row], messages: [message] });
  return { type: 'changes', changes } as const;
}

test('ten thousand events of closed threads leave nothing behind', () => {
  let state = opened();
  for (let index = 0; index < 50; index += 1) state = withThread(state, `t${index}`, 50);
  for (let index = 0; index < 10_000; index += 1) state = received(state, `t${index % 200}`, { state: 'resolved' });
  // Threads that nobody opened and that were not seen last are gone; those seen last do not grow for ever either.
  expect(state.threads.size).toBe(10);
  expect(state.messages.size).toBeLessThanOrEqual(10 * 200);
  expect(state.learnt.size).toBe(200 + state.messages.size);
  expect(state.files.size).toBe(0);
  for (let index = 0; index < 2_000; index += 1) state = received(state, 't49', { state: 'resolved' });
  expect(state.threads.has('t49')).toBe(false);
});

test('rows that nothing shows are forgotten, what is on the screen is not', () => {
  let state = opened();
  const shown = makeConversation('shown', { last_activity_at: time(0) });
  state = reduce(state, {
    type: 'list_loaded',
    query: LIST,
    page: { items: [shown], next: 'more', position: 0, isFirst: true, boundary: time(0) },
  });
  state = reduce(state, { type: 'conversation_loaded', conversation: makeConversation('read'), position: 0 });
  state = reduce(state, { type: 'thread_shown', conversationId: 'read' });
  state = reduce(state, { type: 'conversation_loaded', conversation: makeConversation('pinned'), position: 0 });
  state = reduce(state, { type: 'pins_edited', pins: ['pinned'] });
  for (let index = 0; index < 5_000; index += 1) state = received(state, `c${index}`, { state: 'resolved' });
  expect(state.conversations.size).toBeLessThanOrEqual(1_500);
  expect(state.learnt.size).toBeLessThanOrEqual(1_500);
  for (const id of ['shown', 'read', 'pinned', 'c4999']) expect(state.conversations.has(id)).toBe(true);
  expect(state.conversations.has('c0')).toBe(false);
  expect(state.lists.get(listKey(LIST))?.ids).toEqual(['shown', 'read', 'pinned']);
});

test('marks of contacts that nobody looks at are forgotten', () => {
  let state = opened();
  for (let index = 1; index <= 5_000; index += 1) {
    const contact = { id: `p${index}`, consents: [] } as unknown as Contact;
    state = reduce(state, { type: 'changes', changes: makeChanges(index, 'contact_changed', { contacts: [contact] }) });
  }
  expect(state.learnt.size).toBeLessThanOrEqual(2_000);
});

test('the open thread, mine and those seen last go on', () => {
  let state = opened();
  for (let index = 0; index < 30; index += 1) state = withThread(state, `t${index}`, 2);
  state = reduce(state, { type: 'thread_shown', conversationId: 't0' });
  state = reduce(state, { type: 'thread_shown', conversationId: 't1' });
  state = received(state, 't1');
  state = received(state, 't0');
  state = received(state, 't2', { assignee_id: ME });
  state = received(state, 't29');
  expect(['t0', 't1', 't2', 't29'].map((id) => state.threads.get(id)?.ids.length)).toEqual([3, 3, 3, 3]);
  state = received(state, 't3');
  expect(state.threads.has('t3')).toBe(false);
  expect([...state.messages.values()].filter((one) => one.conversation_id === 't3')).toEqual([]);
});
