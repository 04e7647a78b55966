import { act } from 'react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Problem } from './api/http';
import { loadLocale, loadPart } from './i18n';
import { render, type Rendered } from './reactTesting';
import { useSubmit, type Submit } from './useSubmit';

let shown: Rendered;
let submit: Submit;

function Form() {
  submit = useSubmit(['email', 'password']);
  return null;
}

beforeEach(async () => {
  await loadLocale('en');
  await loadPart('server');
  shown = await render(<Form />);
});

afterEach(() => shown.end());

function refuse(problem: Problem): Promise<boolean> {
  return act(() => submit.run(() => Promise.reject(problem)));
}

test('a complaint about a field stands at the field and nowhere else', async () => {
  const errors = [{ field: 'email', text: 'This is no address.' }];
  expect(await refuse(new Problem(422, { code: 'invalid', title: 'Look at the fields.', errors }))).toBe(false);
  expect(submit.errors).toEqual({ email: 'This is no address.' });
  expect(submit.error).toBeUndefined();
  await act(async () => submit.clear('email'));
  expect(submit.errors).toEqual({});
});

test('a complaint about a field that the form does not have stands over the form', async () => {
  const errors = [{ field: 'token', text: 'Used already.' }];
  await refuse(new Problem(422, { code: 'invalid', title: 'The link was used already.', errors }));
  expect(submit.error).toBe('The link was used already.');
});

test('a code that we know is said in the language of the page', async () => {
  await loadLocale('de');
  await refuse(new Problem(429, { code: 'too_many_requests', title: 'Too many tries.' }));
  expect(submit.error).toContain('Zu viele Versuche');
});

test('no answer at all is told apart from a refusal', async () => {
  await refuse(new Problem(0, {}));
  expect(submit.error).toBe('The server does not answer. Check the connection and try again.');
  expect(submit.isUnknown).toBe(false);
});

test('a second press while the first is at work does nothing', async () => {
  let count = 0;
  let finish = (): void => {};
  const work = () =>
    new Promise<void>((resolve) => {
      count += 1;
      finish = resolve;
    });
  let first = Promise.resolve(false);
  await act(async () => {
    first = submit.run(work);
  });
  expect(submit.isBusy).toBe(true);
  await act(async () => {
    expect(await submit.run(work)).toBe(false);
  });
  await act(async () => {
    finish();
    expect(await first).toBe(true);
  });
  expect(count).toBe(1);
  expect(submit.isBusy).toBe(false);
});
