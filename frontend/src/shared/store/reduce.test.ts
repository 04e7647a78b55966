import { describe, expect, it } from 'vitest';
import type { Changes, Contact, Conversation, Id, Message, ViewCounts } from '@/shared/api/types';
import { compareRows, isInList, isInView } from './lists';
import { reduce, type Action } from './reduce';
import { EMPTY, listKey, type ListQuery, type ListView, type State } from './state';
import { asRow, makeAgent, makeChanges, makeConversation, makeMessage, ME, time } from './testing';

const VIEWS: readonly ListView[] = [
  'mine',
  'unassigned',
  'waiting',
  'open',
  'snoozed',
  'scheduled',
  'held',
  'failed',
  'resolved',
];
const QUERIES: readonly ListQuery[] = VIEWS.flatMap((view) => [
  { view, order: 'due' as const, channelId: null },
  { view, order: 'newest' as const, channelId: null },
]);

/** The server as far as the screens know it: rows and messages, and the number of the last event. */
class Desk {
  position = 0;
  readonly conversations = new Map<Id, Conversation>();
  readonly messages = new Map<Id, Message[]>();
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = lcg(seed);
    for (let index = 0; index < 12; index += 1) this.start();
  }

  /** One thing that happens, as the feed tells it. */
  step(): Changes {
    const known = [...this.conversations.values()];
    const conversation = known[Math.floor(this.random() * known.length)] as Conversation;
    const choice = Math.floor(this.random() * 9);
    if (choice === 0) return this.started();
    if (choice === 1) return this.changed({ ...conversation, assignee_id: this.random() < 0.5 ? ME : null });
    if (choice === 2) return this.changed({ ...conversation, state: 'resolved', waiting_since: null });
    if (choice === 3) return this.changed({ ...conversation, state: 'open', has_failed: !conversation.has_failed });
    if (choice === 4) return this.read(conversation);
    if (choice === 5) return this.status(conversation);
    if (choice === 6) return this.changed({ ...conversation, state: 'snoozed', snoozed_until: time(5_000) });
    if (choice === 7) return this.changed({ ...conversation, scheduled_count: 1 - conversation.scheduled_count });
    return this.received(conversation);
  }

  snapshot(): State {
    let state = reduce(EMPTY, { type: 'opened', me: ME, position: this.position });
    for (const query of QUERIES) state = reduce(state, this.page(query));
    for (const id of this.conversations.keys()) state = reduce(state, this.thread(id));
    return reduce(state, { type: 'counts_loaded', counts: this.counts() });
  }

  private start(): Conversation {
    const id = `c${this.conversations.size}`;
    const minute = this.conversations.size;
    const conversation = makeConversation(id, {
      last_activity_at: time(minute),
      waiting_since: time(minute),
      incoming_count: 1,
    });
    this.conversations.set(id, conversation);
    this.messages.set(id, [makeMessage(`${id}-0`, id, minute)]);
    return conversation;
  }

  private started(): Changes {
    const conversation = this.start();
    return this.frame('conversation_started', conversation, this.messages.get(conversation.id));
  }

  private changed(conversation: Conversation): Changes {
    this.conversations.set(conversation.id, conversation);
    return this.frame('conversation_changed', conversation);
  }

  private read(conversation: Conversation): Changes {
    const read = { ...conversation, read_count: conversation.incoming_count };
    this.conversations.set(conversation.id, read);
    this.position += 1;
    return {
      position: this.position,
      events: [
        {
          seq: this.position,
          kind: 'conversation_read',
          at: time(0),
          conversation_id: conversation.id,
          data: { read_count: read.read_count },
        },
      ],
    };
  }

  private status(conversation: Conversation): Changes {
    const messages = this.messages.get(conversation.id) ?? [];
    const last = messages[messages.length - 1] as Message;
    const changed = { ...last, status: 'read' as const };
    messages[messages.length - 1] = changed;
    return this.frame('message_status_changed', conversation, [changed]);
  }

  private received(conversation: Conversation): Changes {
    const messages = this.messages.get(conversation.id) ?? [];
    const minute = 100 + this.position;
    const message = makeMessage(`${conversation.id}-${messages.length}`, conversation.id, minute);
    messages.push(message);
    const changed: Conversation = {
      ...conversation,
      state: 'open',
      snoozed_until: null,
      last_activity_at: time(minute),
      waiting_since: conversation.waiting_since ?? time(minute),
      incoming_count: conversation.incoming_count + 1,
    };
    this.conversations.set(changed.id, changed);
    return this.frame('message_received', changed, [message]);
  }

  private frame(kind: Changes['events'][number]['kind'], conversation: Conversation, messages?: Message[]): Changes {
    this.position += 1;
    return makeChanges(this.position, kind, {
      conversations: [asRow(conversation)],
      messages: messages && [...messages],
    });
  }

  private page(query: ListQuery): Action {
    const items = [...this.conversations.values()]
      .filter((row) => isInList(row, query, ME))
      .sort((a, b) => compareRows(a, b, query));
    return {
      type: 'list_loaded',
      query,
      page: { items, next: null, position: this.position, isFirst: true, boundary: null },
    };
  }

  private thread(conversationId: Id): Action {
    const items = [...(this.messages.get(conversationId) ?? [])];
    return {
      type: 'thread_loaded',
      conversationId,
      page: { items, next: null, position: this.position, isFirst: true },
    };
  }

  private counts(): ViewCounts {
    const rows = [...this.conversations.values()];
    const count = (view: ListView) => {
      const inView = rows.filter((row) => isInView(row, view, ME));
      return {
        total: inView.length,
        is_more: false,
        waiting: inView.filter((row) => row.waiting_since && row.state !== 'resolved').length,
      };
    };
    const waits = rows.filter((row) => isInView(row, 'waiting', ME)).map((row) => row.waiting_since as string);
    return {
      views: Object.fromEntries(VIEWS.map((view) => [view, count(view)])),
      channels: { 'channel-a': count('open') },
      longest_waiting_since: waits.sort()[0] ?? null,
      position: this.position,
    };
  }
}

function lcg(seed: number): () => number {
  let value = seed;
  return () => {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    return value / 2_147_483_648;
  };
}

/** What the screens show of a state. */
function visible(state: State) {
  return {
    lists: QUERIES.map((query) => [listKey(query), state.lists.get(listKey(query))?.ids]),
    conversations: [...state.conversations].sort(([a], [b]) => (a < b ? -1 : 1)),
    threads: [...state.threads]
      .map(([id, thread]) => [id, thread.ids.map((messageId) => state.messages.get(messageId))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    counts: state.counts?.views,
    channels: state.counts?.channels,
  };
}

describe('snapshot and events', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('old state + events = fresh snapshot (seed %i)', (seed) => {
    const desk = new Desk(seed);
    let state = desk.snapshot();
    for (let round = 0; round < 40; round += 1) {
      state = reduce(state, { type: 'changes', changes: desk.step() });
      // A thread that began meanwhile is loaded when it is opened, as a screen would.
      for (const id of desk.conversations.keys()) {
        if (!state.threads.has(id))
          state = reduce(state, {
            type: 'thread_loaded',
            conversationId: id,
            page: { items: [...(desk.messages.get(id) ?? [])], next: null, position: desk.position, isFirst: true },
          });
      }
    }
    expect(visible(state)).toEqual(visible(desk.snapshot()));
  });

  it('takes a frame once, however often it comes', () => {
    const desk = new Desk(3);
    const before = desk.snapshot();
    const changes = desk.step();
    const once = reduce(before, { type: 'changes', changes });
    expect(reduce(once, { type: 'changes', changes })).toBe(once);
  });

  it('asks for the labels again whenever they changed', () => {
    const label = { id: 'l1', kind: 'conversation' as const, name: 'Broken', colour: 'red' as const };
    let state = reduce(EMPTY, { type: 'opened', me: ME, position: 1 });
    expect(state.areLabelsLoaded).toBe(false);
    state = reduce(state, { type: 'labels_loaded', labels: [label] });
    expect([...state.labels.values()]).toEqual([label]);
    const before = state.labelEpoch;
    for (const [index, kind] of (['label_created', 'label_changed', 'label_deleted'] as const).entries()) {
      state = reduce(state, { type: 'changes', changes: makeChanges(2 + index, kind) });
      expect(state.labelEpoch).toBe(before + index + 1);
    }
    state = reduce(state, { type: 'labels_loaded', labels: [] });
    expect(state.labels.size).toBe(0);
  });

  it('keeps a colleague who joined while the colleagues were asked for', () => {
    const [mila, jonas] = [makeAgent('mila'), makeAgent('jonas')];
    let state = reduce(EMPTY, { type: 'opened', me: ME, position: 5 });
    state = reduce(state, { type: 'changes', changes: makeChanges(6, 'agent_changed', { agents: [jonas] }) });
    state = reduce(state, { type: 'base_loaded', channels: [], agents: [mila], position: 5 });
    expect([...state.agents.keys()].sort()).toEqual(['jonas', 'mila']);
    state = reduce(state, { type: 'base_loaded', channels: [], agents: [mila], position: 6 });
    expect([...state.agents.keys()]).toEqual(['mila']);
  });

  it('keeps a name that changed while the contact was asked for', () => {
    const contact = (name: string) => ({ id: 'hannah', name }) as Contact;
    let state = reduce(EMPTY, { type: 'opened', me: ME, position: 5 });
    state = reduce(state, { type: 'contact_loaded', contact: contact('Hana'), position: 5 });
    const changes = makeChanges(6, 'contact_changed', { contacts: [contact('Hannah')] });
    state = reduce(state, { type: 'changes', changes });
    state = reduce(state, { type: 'contact_loaded', contact: contact('Hana'), position: 5 });
    expect(state.contacts.get('hannah')?.name).toBe('Hannah');
    state = reduce(state, { type: 'contact_loaded', contact: contact('Hannah B.'), position: 6 });
    expect(state.contacts.get('hannah')?.name).toBe('Hannah B.');
  });

  it('keeps what the feed said when an older page comes late', () => {
    const conversation = makeConversation('c1', { assignee_id: null });
    const query: ListQuery = { view: 'unassigned', order: 'newest', channelId: null };
    const page = { items: [conversation], next: null, position: 5, isFirst: true, boundary: null };
    let state = reduce(EMPTY, { type: 'opened', me: ME, position: 5 });
    state = reduce(state, { type: 'list_loaded', query, page });
    state = reduce(state, {
      type: 'changes',
      changes: makeChanges(6, 'conversation_changed', { conversations: [asRow({ ...conversation, assignee_id: ME })] }),
    });
    state = reduce(state, { type: 'list_loaded', query, page });
    expect(state.conversations.get('c1')?.assignee_id).toBe(ME);
    expect(state.lists.get(listKey(query))?.ids).toEqual([]);
  });

  it('puts a row that woke on top, whenever its last message was', () => {
    const query: ListQuery = { view: 'open', order: 'newest', channelId: null };
    const sleeper = makeConversation('sleeper', { last_activity_at: time(10), state: 'snoozed' });
    const items = [makeConversation('newest', { last_activity_at: time(50) })];
    let state = reduce(EMPTY, { type: 'opened', me: ME, position: 1 });
    state = reduce(state, {
      type: 'list_loaded',
      query,
      page: { items, next: 'more', position: 1, isFirst: true, boundary: time(40) },
    });
    const woken = asRow({ ...sleeper, state: 'open', woken_at: time(60), woken_reason: 'time' });
    state = reduce(state, {
      type: 'changes',
      changes: makeChanges(2, 'conversation_changed', { conversations: [woken] }),
    });
    expect(state.lists.get(listKey(query))?.ids).toEqual(['sleeper', 'newest']);
  });

  it('asks again for what a filter finds, and keeps the order of what is there', () => {
    const query: ListQuery = {
      view: 'found',
      order: 'newest',
      channelId: null,
      filter: { kind: 'group', match: 'all' },
    };
    const items = [
      makeConversation('a', { last_activity_at: time(50) }),
      makeConversation('b', { last_activity_at: time(40) }),
    ];
    let state = reduce(EMPTY, { type: 'opened', me: ME, position: 1 });
    state = reduce(state, {
      type: 'list_loaded',
      query,
      page: { items, next: null, position: 1, isFirst: true, boundary: time(40) },
    });
    expect(state.lists.get(listKey(query))?.isStale).toBe(false);
    const [, second] = items;
    const moved = asRow({ ...(second as Conversation), last_activity_at: time(60) });
    state = reduce(state, {
      type: 'changes',
      changes: makeChanges(2, 'message_received', { conversations: [moved] }),
    });
    expect(state.lists.get(listKey(query))).toMatchObject({ ids: ['b', 'a'], isStale: true });
    const stranger = asRow(makeConversation('c', { last_activity_at: time(70) }));
    state = reduce(state, {
      type: 'changes',
      changes: makeChanges(3, 'message_received', { conversations: [stranger] }),
    });
    expect(state.lists.get(listKey(query))?.ids).toEqual(['b', 'a']);
  });

  it('leaves rows behind the loaded part to their page', () => {
    const query: ListQuery = { view: 'open', order: 'newest', channelId: null };
    const items = [
      makeConversation('new', { last_activity_at: time(50) }),
      makeConversation('old', { last_activity_at: time(40) }),
    ];
    let state = reduce(EMPTY, { type: 'opened', me: ME, position: 1 });
    state = reduce(state, {
      type: 'list_loaded',
      query,
      page: { items, next: 'more', position: 1, isFirst: true, boundary: time(40) },
    });
    const older = makeConversation('older', { last_activity_at: time(30) });
    const newer = makeConversation('newer', { last_activity_at: time(45) });
    state = reduce(state, {
      type: 'changes',
      changes: makeChanges(2, 'conversation_changed', { conversations: [asRow(older), asRow(newer)] }),
    });
    expect(state.lists.get(listKey(query))?.ids).toEqual(['new', 'newer', 'old']);
    expect([...state.missing].sort()).toEqual(['newer', 'older']);
  });

  it('forgets a conversation that left the agent’s sight', () => {
    const desk = new Desk(1);
    let state = desk.snapshot();
    const id = [...desk.conversations.keys()][0] as Id;
    const changes = makeChanges(desk.position + 1, 'conversation_changed');
    state = reduce(state, {
      type: 'changes',
      changes: {
        ...changes,
        events: changes.events.map((event) => ({ ...event, conversation_id: id, is_hidden: true })),
      },
    });
    expect(state.conversations.has(id)).toBe(false);
    expect(state.threads.has(id)).toBe(false);
    for (const list of state.lists.values()) expect(list.ids).not.toContain(id);
    expect(state.counts?.isStale).toBe(true);
  });
});

describe('messages of this browser', () => {
  const unsent = {
    clientId: 'client-1',
    conversationId: 'c1',
    mode: 'reply' as const,
    content: { kind: 'text' as const, text: 'Hello' },
    quoted: null,
    createdAt: time(9),
    file: null,
    state: 'sending' as const,
    progress: 0,
    reason: '',
  };

  function opened(): State {
    let state = reduce(EMPTY, { type: 'opened', me: ME, position: 1 });
    state = reduce(state, {
      type: 'thread_loaded',
      conversationId: 'c1',
      page: { items: [makeMessage('m1', 'c1', 1)], next: null, position: 1, isFirst: true },
    });
    return reduce(state, { type: 'unsent_changed', items: [unsent] });
  }

  const confirmed = makeMessage('m2', 'c1', 9, { client_id: 'client-1', direction: 'outgoing', status: 'queued' });

  it('gives way to the server’s message when the event comes first', () => {
    let state = reduce(opened(), {
      type: 'changes',
      changes: makeChanges(2, 'message_queued', { messages: [confirmed] }),
    });
    expect(state.unsent.size).toBe(0);
    expect(state.threads.get('c1')?.ids).toEqual(['m1', 'm2']);
    state = reduce(state, { type: 'message_saved', message: { ...confirmed, status: null }, position: 1 });
    expect(state.messages.get('m2')?.status).toBe('queued');
    expect(state.threads.get('c1')?.ids).toEqual(['m1', 'm2']);
  });

  it('gives way to the server’s message when the answer comes first, and takes the status that follows', () => {
    let state = reduce(opened(), { type: 'message_saved', message: confirmed, position: 1 });
    state = reduce(state, {
      type: 'changes',
      changes: makeChanges(2, 'message_status_changed', { messages: [{ ...confirmed, status: 'sent' }] }),
    });
    expect(state.unsent.size).toBe(0);
    expect(state.messages.get('m2')?.status).toBe('sent');
  });

  it('forgets an empty draft', () => {
    const draft = { conversationId: 'c1', mode: 'reply' as const, text: 'Hm', at: time(1) };
    const kept = reduce(opened(), { type: 'draft_changed', draft });
    expect(kept.drafts.size).toBe(1);
    expect(reduce(kept, { type: 'draft_changed', draft: { ...draft, text: ' ' } }).drafts.size).toBe(0);
  });
});
