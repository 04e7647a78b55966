import { beforeAll, describe, expect, it } from 'vitest';
import type { Capabilities, TemplateRecord } from '@/shared/api/types';
import { loadLocale } from '@/shared/i18n';
import { attach, kindFor } from './attachments';
import { outgoingOf } from './outgoing';
import { fillPlaces, inLanguage, readTemplate, templateContent } from './templates';

const capabilities: Capabilities = {
  text_length: 4096,
  caption_length: 10,
  window: 86_400,
  media: {
    image: { mimes: ['image/jpeg', 'image/png'], size_bytes: 5 },
    document: { mimes: ['*/*'], size_bytes: 100 },
  },
  content_kinds: ['text', 'media'],
  has_templates: true,
  has_quotes: true,
  has_reactions: true,
  has_typing: true,
  has_read_marks: true,
  has_recall: false,
  can_begin: true,
  button_count: 3,
  button_title_length: 20,
  list_row_count: 10,
};
const file = (type: string, size = 3) => new File(['x'.repeat(size)], 'a', { type });

beforeAll(() => loadLocale('en'));

describe('attachments', () => {
  it('go as what they are where the channel takes it, else as a document', () => {
    expect(kindFor('image/png', capabilities)).toBe('image');
    expect(kindFor('image/webp', capabilities)).toBe('document');
    expect(kindFor('audio/ogg; codecs=opus', { media: { audio: { mimes: ['audio/ogg'], size_bytes: 1 } } })).toBe(
      'audio',
    );
    expect(kindFor('image/png', { media: {} })).toBeNull();
  });

  it('say why they cannot go', () => {
    expect(attach(file('image/png'), capabilities).problem).toBe('');
    expect(attach(file('image/png', 9), capabilities).problem).toContain('Larger than');
    expect(attach(file('image/png', 0), capabilities).problem).toBe('The file is empty');
  });

  it('carry the text below the first where it fits, else it goes in front', () => {
    const attachments = [attach(file('image/png'), capabilities), attach(file('text/x'), capabilities)];
    const short = outgoingOf('Look', attachments, 10);
    expect(short.map(({ content }) => ('caption' in content ? content.caption : content.kind))).toEqual(['Look', '']);
    const long = outgoingOf('A longer text', attachments, 10);
    expect(long.map(({ content, isFirst }) => [content.kind, isFirst])).toEqual([
      ['text', true],
      ['media', false],
      ['media', false],
    ]);
  });
});

describe('templates', () => {
  const record: TemplateRecord = {
    id: '1',
    name: 'delivery_today',
    language: 'es',
    category: 'UTILITY',
    status: 'APPROVED',
    quality: '',
    reason: '',
    updated_at: '2026-11-24T08:00:00Z',
    header_media: 'image',
    variables: [
      { part: 'body', name: '1' },
      { part: 'body', name: '2' },
      { part: 'button', name: '0' },
    ],
    components: [
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Hola {{1}}, {{2}} hoy. {{1}}!', example: { body_text: [['Pablo', '#1']] } },
      { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Track', url: 'https://a.example/{{1}}' }] },
    ] as unknown as TemplateRecord['components'],
  };

  it('stand in the order of the customer’s language, a region of it next', () => {
    const all = ['en', 'pt_PT', 'es', 'pt_BR'].map((language) => readTemplate({ ...record, language }));
    const order = (language: string | undefined) => inLanguage(all, language).map((one) => one.language);
    expect(order('pt-BR')).toEqual(['pt_BR', 'pt_PT', 'en', 'es']);
    expect(order('pt')).toEqual(['pt_PT', 'pt_BR', 'en', 'es']);
    expect(order('es')).toEqual(['es', 'en', 'pt_PT', 'pt_BR']);
    expect(order(undefined)).toEqual(['en', 'pt_PT', 'es', 'pt_BR']);
  });

  it('have each place once, with what the author gave as an example', () => {
    const template = readTemplate(record);
    expect(template.headerMedia).toBe('image');
    expect(template.variables).toEqual([
      { part: 'body', name: '1', example: 'Pablo' },
      { part: 'body', name: '2', example: '#1' },
      { part: 'button', name: '0', example: '' },
    ]);
  });

  it('come out filled', () => {
    const content = templateContent(readTemplate(record), { 'body 1': 'Ana', 'body 2': '#7', 'button 0': 'x7' });
    expect(content.text).toBe('Hola Ana, #7 hoy. Ana!');
    expect(content.button_values).toEqual([{ name: '0', value: 'x7' }]);
    expect(fillPlaces('a {{1}}', new Map())).toEqual([
      { text: 'a ', isFilled: false },
      { text: '{{1}}', isFilled: true },
    ]);
  });
});
