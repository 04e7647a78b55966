import { beforeEach, describe, expect, it } from 'vitest';
import { Problem } from './api/http';
import { loadLocale, loadPart } from './i18n';
import { fieldErrors, problemText } from './problem';
import { said, saidAll, type SaidValues } from './said';

beforeEach(async () => {
  await loadLocale('de');
  await loadPart('server');
});

describe('sentences of the server', () => {
  it('are said in the reader’s language by their names', () => {
    expect(said('whatsapp_window', 'More than 24 hours …')).toContain('Seit der letzten Nachricht des Kunden');
    expect(said('file_too_large', 'This file …', { limit: '16.0 MB' })).toContain('größer als 16.0 MB');
    expect(said('token_valid_until', '…', { milliseconds: '3', date: '2030-03-17' })).toContain('17. März 2030');
  });

  it('stay as they came where we have no name for them', () => {
    expect(said('from_a_newer_server', 'Something new.')).toBe('Something new.');
    expect(said('', 'Nameless.')).toBe('Nameless.');
    expect(said(undefined, 'Nameless.')).toBe('Nameless.');
  });

  it('are lists in one language, never half of one', () => {
    const facts: { code: string; values: SaidValues }[] = [
      { code: 'account_name', values: { name: 'Atelier' } },
      { code: 'verified_business', values: {} },
    ];
    expect(saidAll(facts, 'Atelier, verified business')).toBe('Atelier, verifiziertes Unternehmen');
    expect(saidAll([...facts, { code: 'new', values: {} }], 'all in English')).toBe('all in English');
    expect(saidAll([], 'nothing in parts')).toBe('nothing in parts');
  });

  it('tell the refusal itself before its kind, and the kind before English', () => {
    const body = { code: 'forbidden', title: 'You can take what nobody has …' };
    expect(problemText(new Problem(403, { ...body, reason: 'take_or_pass_on' }))).toContain('Teamleitung');
    expect(problemText(new Problem(403, body))).toContain('Rolle');
    expect(problemText(new Problem(422, { code: 'invalid', title: 'Only in English.' }))).toBe('Only in English.');
  });

  it('stand at their fields', () => {
    const errors = [{ field: 'password', text: '…', reason: 'password_short', values: { limit: '10' } }];
    expect(fieldErrors(new Problem(422, { errors })).password).toBe(
      'Wählen Sie ein Passwort mit mindestens 10 Zeichen.',
    );
  });
});
