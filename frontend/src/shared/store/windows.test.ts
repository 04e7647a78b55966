import { describe, expect, it } from 'vitest';
import type { Message } from '@/shared/api/types';
import { reduce, type Action } from './reduce';
import { EMPTY, type State } from './state';
import { makeChanges, makeMessage, ME } from './testing';

const message = (minute: number) => makeMessage(`m${minute}`, 'c1', minute);
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => message(first + n));

function after(state: State, ...actions: Action[]): State {
  return actions.reduce(reduce, state);
}

function shown(state: State): readonly string[] | undefined {
  return state.threads.get('c1')?.ids;
}

function windowOf(items: readonly Message[], newer: string | null, isMore = false, position = 1): Action {
  return { type: 'window_loaded', conversationId: 'c1', page: { items, next: 'older', newer, position, isMore } };
}

const end: Action = {
  type: 'thread_loaded',
  conversationId: 'c1',
  page: { items: range(90, 99), next: 'older', position: 1, isFirst: true },
};

function opened(): State {
  return after(reduce(EMPTY, { type: 'opened', me: ME, position: 1 }), end);
}

describe('the middle of a thread', () => {
  it('stands in the place of its end, and goes on to it', () => {
    let state = after(opened(), windowOf(range(10, 14), 'on'));
    expect(shown(state)).toEqual(['m10', 'm11', 'm12', 'm13', 'm14']);
    expect(state.messages.has('m99')).toBe(false);
    state = after(state, windowOf(range(15, 16), null, true));
    expect(shown(state)).toEqual(['m10', 'm11', 'm12', 'm13', 'm14', 'm15', 'm16']);
    expect(state.threads.get('c1')).toMatchObject({ next: 'older', newer: null });
  });

  it('takes no new message while there is a gap before the end, and has it when the gap is closed', () => {
    const arrived: Action = {
      type: 'changes',
      changes: makeChanges(2, 'message_received', { messages: [message(100)] }),
    };
    let state = after(opened(), windowOf(range(10, 11), 'on'), arrived);
    expect(shown(state)).toEqual(['m10', 'm11']);
    state = after(state, windowOf(range(12, 13), null, true));
    expect(shown(state)).toEqual(['m10', 'm11', 'm12', 'm13', 'm100']);
  });

  it('takes changes of messages that it shows', () => {
    const edited = { ...message(11), content: { kind: 'text' as const, text: 'new words' } };
    const state = after(opened(), windowOf(range(10, 12), 'on'), {
      type: 'changes',
      changes: makeChanges(2, 'message_edited', { messages: [edited] }),
    });
    expect(shown(state)).toEqual(['m10', 'm11', 'm12']);
    expect(state.messages.get('m11')?.content).toEqual(edited.content);
  });

  it('is not mixed with the end that was on its way', () => {
    const state = after(opened(), windowOf(range(10, 11), 'on'), end);
    expect(shown(state)).toEqual(['m10', 'm11']);
  });

  it('puts older pages in front and keeps the gap behind', () => {
    const state = after(opened(), windowOf(range(10, 11), 'on'), {
      type: 'thread_loaded',
      conversationId: 'c1',
      page: { items: range(8, 9), next: null, position: 1, isFirst: false },
    });
    expect(shown(state)).toEqual(['m8', 'm9', 'm10', 'm11']);
    expect(state.threads.get('c1')).toMatchObject({ next: null, newer: 'on' });
  });
});
