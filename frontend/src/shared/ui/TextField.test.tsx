import { act } from 'react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLocale } from '../i18n';
import { render, type Rendered } from '../reactTesting';
import { SecretField, TextField } from './TextField';

let shown: Rendered;

beforeEach(() => loadLocale('en'));

afterEach(() => shown.end());

function field(): HTMLInputElement {
  const input = shown.host.querySelector('input');
  if (input === null) throw new Error('No field.');
  return input;
}

function description(): string {
  const ids = field().getAttribute('aria-describedby')?.split(' ') ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
}

test('an error is tied to its field and read with the hint', async () => {
  shown = await render(
    <TextField label="Password" hint="At least 8 characters." error="Too short." value="x" onValueChange={() => {}} />,
  );
  expect(shown.host.querySelector('label')?.htmlFor).toBe(field().id);
  expect(field().getAttribute('aria-invalid')).toBe('true');
  expect(description()).toBe('At least 8 characters. Too short.');
});

test('a note that is no error leaves the field valid', async () => {
  const note = { state: 'ok', text: 'Fits the token.' } as const;
  shown = await render(<TextField label="Secret" note={note} value="x" onValueChange={() => {}} />);
  expect(field().hasAttribute('aria-invalid')).toBe(false);
  expect(description()).toBe('Fits the token.');
});

test('a secret is hidden until its eye is pressed, and shows only the end of what is stored', async () => {
  shown = await render(<SecretField label="Token" storedEnd="4hZD" value="" onValueChange={() => {}} />);
  expect(field().type).toBe('password');
  expect(field().placeholder).toMatch(/^•+4hZD$/);
  const eye = shown.host.querySelector('button');
  expect(eye?.getAttribute('aria-label')).toBe('Show');
  await act(async () => eye?.click());
  expect(field().type).toBe('text');
});
