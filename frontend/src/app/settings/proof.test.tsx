import { act } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Problem } from '@/shared/api/http';
import { loadLocale, loadPart } from '@/shared/i18n';
import { render, type, type Rendered } from '@/shared/reactTesting';
import { ProofCancelled, ProofDialog, withProof } from './proof';

let shown: Rendered;
const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

beforeEach(async () => {
  await loadLocale('en');
  await loadPart('settings');
  fetched.mockReset().mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
  vi.stubGlobal('fetch', fetched);
  shown = await render(<ProofDialog />);
});

afterEach(async () => {
  await shown.end();
  vi.unstubAllGlobals();
});

function buttonNamed(name: string): HTMLButtonElement {
  const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name);
  if (button === undefined) throw new Error(`No button ${name}.`);
  return button;
}

/** Work that wants a proof the first time. */
function guardedWork() {
  return vi
    .fn()
    .mockRejectedValueOnce(new Problem(403, { code: 'proof_required' }))
    .mockResolvedValue('done');
}

test('the password is asked, sent, and the work is done again', async () => {
  const work = guardedWork();
  let result: Promise<unknown> = Promise.resolve();
  await act(async () => {
    result = withProof(work);
  });
  expect(document.body.textContent).toContain('Is it you?');
  const field = document.querySelector<HTMLInputElement>('input[type=password]');
  if (field === null) throw new Error('No password is asked.');
  await type(field, 'a calm river');
  await act(async () => field.form?.requestSubmit());
  await act(async () => expect(await result).toBe('done'));
  expect(work).toHaveBeenCalledTimes(2);
  const [url, init] = fetched.mock.calls[0] ?? [];
  expect(`${url} ${init?.body as string}`).toBe('/api/session/proof {"password":"a calm river"}');
});

test('closing the question leaves everything as it was', async () => {
  const work = guardedWork();
  let result: Promise<unknown> = Promise.resolve();
  await act(async () => {
    result = withProof(work).catch((error: unknown) => error);
  });
  await act(async () => buttonNamed('Cancel').click());
  await act(async () => expect(await result).toBeInstanceOf(ProofCancelled));
  expect(work).toHaveBeenCalledTimes(1);
  expect(fetched).not.toHaveBeenCalled();
});

test('another refusal is not answered with a question', async () => {
  const refusal = new Problem(409, { code: 'conflict' });
  await expect(withProof(() => Promise.reject(refusal))).rejects.toBe(refusal);
});
