import type { Middleware } from 'openapi-fetch';
import { afterEach, expect, it, vi } from 'vitest';
import { client } from '@/shared/api/client';
import { makeChanges, makeConversation } from '@/shared/store/testing';
import { dispatch, getState } from '@/shared/store/store';
import { changeConversation } from './actions';

let middleware: Middleware | undefined;

function answerWith(onRequest: NonNullable<Middleware['onRequest']>): void {
  middleware = { onRequest };
  client.use(middleware);
}

afterEach(() => {
  if (middleware) client.eject(middleware);
});

it('asks for one change of a conversation after the other, also when the first is slow and refused', async () => {
  dispatch({ type: 'conversation_loaded', conversation: makeConversation('c1'), position: 0 });
  const asked: string[] = [];
  const answers: ((answer: Response) => void)[] = [];
  answerWith(async ({ request }) => {
    asked.push(await request.text());
    return new Promise<Response>((answer) => answers.push(answer));
  });

  const assigned = changeConversation('c1', { assignee_id: 'agent-me' });
  const resolved = changeConversation('c1', { state: 'resolved' });
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  await new Promise((later) => setTimeout(later, 20));
  expect(asked).toEqual(['{"assignee_id":"agent-me"}']);

  answers[0]?.(Response.json({ title: 'Busy' }, { status: 409 }));
  expect(await assigned).toBe(false);
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  expect(asked[1]).toBe('{"state":"resolved"}');
  answers[1]?.(Response.json({ title: 'Busy' }, { status: 409 }));
  expect(await resolved).toBe(false);
});

it('leaves what the feed said while a change was refused', async () => {
  dispatch(
    { type: 'opened', me: 'agent-me', position: 1 },
    { type: 'conversation_loaded', conversation: makeConversation('c2', { assignee_id: null }), position: 1 },
  );
  answerWith(() => {
    const row = makeConversation('c2', { assignee_id: 'agent-quick' });
    dispatch({ type: 'changes', changes: makeChanges(2, 'conversation_changed', { conversations: [row] }) });
    return Response.json({ title: 'Taken' }, { status: 409 });
  });

  expect(await changeConversation('c2', { assignee_id: 'agent-me' })).toBe(false);
  expect(getState().conversations.get('c2')?.assignee_id).toBe('agent-quick');
});

it('leaves what the feed said before the answer to a change came', async () => {
  dispatch(
    { type: 'opened', me: 'agent-me', position: 1 },
    { type: 'conversation_loaded', conversation: makeConversation('c3', { priority: 0 }), position: 1 },
  );
  const detail = { ...makeConversation('c3', { priority: 1 }), contact: { id: 'contact-c3', addresses: [] } };
  answerWith(() => {
    const row = makeConversation('c3', { priority: 2 });
    dispatch({ type: 'changes', changes: makeChanges(2, 'conversation_changed', { conversations: [row] }) });
    return Response.json(detail);
  });

  await changeConversation('c3', { priority: 1 });
  expect(getState().conversations.get('c3')?.priority).toBe(2);
});
