import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '@/shared/api/http';
import { newId } from '@/shared/api/id';
import type { FileRecord } from '@/shared/api/types';
import { backOff } from '@/shared/feed/backoff';
import { loadLocale, loadPart } from '@/shared/i18n';
import { makeMessage } from '@/shared/store/testing';
import { dispatch, getState } from '@/shared/store/store';
import { areSent, countUnsent, discard, enqueue, sendAgain, setCourier, type Courier } from './outbox';

const file: FileRecord = {
  id: 'file-1',
  mime: 'image/png',
  name: 'a.png',
  size_bytes: 3,
  state: 'ready',
  url: '/files/file-1',
  width: null,
  height: null,
  duration_s: null,
  loss: null,
};
const text = (content: string) => ({
  conversationId: 'c1',
  channelId: 'channel-a',
  mode: 'reply' as const,
  content: { kind: 'text' as const, text: content },
  quoted: null,
});

let posted: { clientId: string; content: unknown }[] = [];

function courier(change: Partial<Courier> = {}): Courier {
  return {
    upload: async () => file,
    post: async (item, content) => {
      posted.push({ clientId: item.clientId, content });
      return makeMessage(`m-${item.clientId}`, item.conversationId, 1, { client_id: item.clientId });
    },
    ...change,
  };
}

beforeAll(async () => {
  await loadLocale('en');
  await loadPart('server');
});

beforeEach(() => {
  posted = [];
  dispatch({ type: 'closed' });
  setCourier(courier());
});

afterEach(() => vi.restoreAllMocks());

describe('the outbox', () => {
  it('shows a message before anything else happens, and forgets it once the server has it', async () => {
    const clientId = enqueue(text('Hello'));
    expect(getState().unsent.get(clientId)?.state).toBe('waiting');
    expect(countUnsent()).toBe(1);
    await vi.waitFor(() => expect(getState().unsent.size).toBe(0));
    expect(posted).toEqual([{ clientId, content: { kind: 'text', text: 'Hello' } }]);
  });

  it('tells when everything is with the server, and when something is not', async () => {
    expect(await areSent([enqueue(text('One')), enqueue(text('Two'))])).toBe(true);
    expect(posted).toHaveLength(2);
    setCourier(
      courier({
        post: async () => {
          throw new Problem(409, { title: 'No' });
        },
      }),
    );
    expect(await areSent([enqueue(text('Three'))])).toBe(false);
  });

  it('keeps a refused message with its reason until it is sent again or discarded', async () => {
    setCourier(
      courier({ post: () => Promise.reject(new Problem(422, { title: 'No', detail: 'The number is blocked.' })) }),
    );
    const clientId = enqueue(text('Hello'));
    await vi.waitFor(() => expect(getState().unsent.get(clientId)?.state).toBe('refused'));
    expect(getState().unsent.get(clientId)?.reason).toBe('The number is blocked.');
    expect(countUnsent()).toBe(0);
    setCourier(courier());
    await sendAgain(clientId);
    expect(getState().unsent.size).toBe(0);
    expect(posted).toHaveLength(1);

    setCourier(courier({ post: () => Promise.reject(new Problem(422, {})) }));
    const other = enqueue(text('Again'));
    await vi.waitFor(() => expect(getState().unsent.get(other)?.state).toBe('refused'));
    await discard(other);
    expect(getState().unsent.size).toBe(0);
  });

  it('tries again by itself with the same id when the server was not there', async () => {
    let tries = 0;
    setCourier(
      courier({
        post: async (item) => {
          tries += 1;
          posted.push({ clientId: item.clientId, content: null });
          if (tries === 1) throw new Problem(0, {});
          return makeMessage('m1', 'c1', 1, { client_id: item.clientId });
        },
      }),
    );
    const clientId = enqueue(text('Hello'));
    await vi.waitFor(() => expect(posted).toHaveLength(1));
    expect(getState().unsent.get(clientId)?.state).toBe('waiting');
    dispatchEvent(new Event('online'));
    await vi.waitFor(() => expect(getState().unsent.size).toBe(0));
    expect(posted.map((item) => item.clientId)).toEqual([clientId, clientId]);
  });

  it('refuses a file that is one too many for the day, and waits when requests came too fast', async () => {
    let tries = 0;
    const refuseWith = (reason: string): void =>
      setCourier(
        courier({
          upload: () => {
            tries += 1;
            return Promise.reject(new Problem(429, { title: 'Too many files.', reason }));
          },
        }),
      );
    const photo = {
      ...text(''),
      content: { kind: 'media' as const, media: 'image' as const, caption: '' },
      file: { blob: new Blob(['abc']), name: 'a.png', mime: 'image/png' },
    };
    refuseWith('files_full_today');
    const clientId = enqueue(photo);
    await vi.waitFor(() => expect(getState().unsent.get(clientId)?.state).toBe('refused'));
    expect(tries).toBe(1);
    expect(getState().unsent.get(clientId)?.reason).toBe(
      'These were too many files for one day. Please try again tomorrow.',
    );
    refuseWith('');
    const other = enqueue(photo);
    await vi.waitFor(() => expect(tries).toBe(2));
    expect(getState().unsent.get(other)?.state).toBe('waiting');
    setCourier(courier());
    dispatchEvent(new Event('online'));
    await vi.waitFor(() => expect(getState().unsent.has(other)).toBe(false));
  });

  it('uploads a file first and names it in the message', async () => {
    enqueue({
      ...text(''),
      content: { kind: 'media', media: 'image', caption: 'Look' },
      file: { blob: new Blob(['abc']), name: 'a.png', mime: 'image/png' },
    });
    await vi.waitFor(() => expect(posted).toHaveLength(1));
    expect(posted[0]?.content).toEqual({ kind: 'media', media: 'image', caption: 'Look', file_id: 'file-1' });
  });
});

describe('ids of messages', () => {
  it('are version 7 and rise, also within a millisecond', () => {
    const ids = Array.from({ length: 200 }, () => newId(1_790_000_000_000));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(200);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('the back-off', () => {
  it('grows from half a second to half a minute, by chance within its half', () => {
    expect(backOff(0, () => 1)).toBe(500);
    expect(backOff(3, () => 0)).toBe(2_000);
    expect(backOff(3, () => 1)).toBe(4_000);
    expect(backOff(20, () => 1)).toBe(30_000);
  });
});
