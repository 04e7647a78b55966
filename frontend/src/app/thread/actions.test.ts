import { expect, it, vi } from 'vitest';
import { client } from '@/shared/api/client';
import { makeConversation } from '@/shared/store/testing';
import { dispatch } from '@/shared/store/store';
import { changeConversation } from './actions';

it('asks for one change of a conversation after the other, also when the first is slow and refused', async () => {
  dispatch({ type: 'conversation_loaded', conversation: makeConversation('c1') });
  const asked: string[] = [];
  const answers: ((answer: Response) => void)[] = [];
  client.use({
    async onRequest({ request }) {
      asked.push(await request.text());
      return new Promise<Response>((answer) => answers.push(answer));
    },
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
