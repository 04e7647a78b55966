import { beforeAll, describe, expect, it } from 'vitest';
import { loadLocale } from '@/shared/i18n';
import { makeMessage } from '@/shared/store/testing';
import { cleanText } from './cleanText';

const names = { contact: 'Hannah', agents: new Map([['a1', { name: 'Mila Brandt' }]]) };

describe('cleanText', () => {
  beforeAll(() => loadLocale('en'));

  it('says when, who and what, and nothing else', () => {
    const text = cleanText(
      [
        makeMessage('m', 'c', 1, { content: { kind: 'text', text: 'Is it *safe*?' } }),
        makeMessage('n', 'c', 2, {
          direction: 'outgoing',
          author: { kind: 'agent', id: 'a1' },
          content: { kind: 'text', text: 'It is.' },
        }),
        makeMessage('o', 'c', 3, {
          direction: 'note',
          author: { kind: 'agent', id: 'a1' },
          content: { kind: 'text', text: 'Asked Jonas' },
        }),
      ],
      names,
    );
    const lines = text.split('\n').map((line) => line.replace(/^\[[^\]]+\] /, ''));
    expect(lines).toEqual(['Hannah: Is it *safe*?', 'Mila Brandt: It is.', 'Mila Brandt (note): Asked Jonas']);
    expect(text).toMatch(/^\[.*2026.*\] Hannah/);
  });

  it('tells that a message was deleted without repeating it, and names a file', () => {
    const text = cleanText(
      [
        makeMessage('m', 'c', 1, { content: { kind: 'text', text: 'secret' }, deleted_at: '2026-11-24T08:00:00Z' }),
        makeMessage('n', 'c', 2, {
          content: { kind: 'media', media: 'document', file_id: 'f', file_name: 'offer.pdf', caption: 'See this' },
        }),
      ],
      names,
    );
    expect(text).not.toContain('secret');
    expect(text).toContain('(offer.pdf): See this');
  });
});
