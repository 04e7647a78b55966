/** A template as the picker needs it: its texts, the places to fill, and the message that comes out. */
import type { TemplateContent, TemplateRecord, TemplateValue } from '@/shared/api/types';
import { languageDistance } from '../contact/languages';

export interface TemplateVariable {
  /** Where it goes out: part and name are what the server wants back. */
  part: 'header' | 'body' | 'button';
  name: string;
  /** What the template's author gave as an example. */
  example: string;
}

export interface Template {
  id: string;
  name: string;
  language: string;
  category: string;
  header: string;
  /** The kind of file the header wants, if it wants one. */
  headerMedia: 'image' | 'video' | 'document' | null;
  body: string;
  footer: string;
  buttons: string[];
  variables: TemplateVariable[];
}

interface Component {
  type?: string;
  text?: string;
  buttons?: { text?: string }[];
  example?: Record<string, unknown>;
}

const PLACE = /\{\{\s*([\w.]+)\s*\}\}/g;

export function readTemplate(record: TemplateRecord): Template {
  // The components are the provider's own JSON; what we need of it is read with care.
  const components = record.components as readonly Component[];
  const find = (type: string) => components.find((component) => component.type?.toUpperCase() === type);
  const body = find('BODY');
  return {
    id: record.id,
    name: record.name,
    language: record.language,
    category: record.category,
    header: find('HEADER')?.text ?? '',
    headerMedia: mediaOf(record.header_media),
    body: body?.text ?? '',
    footer: find('FOOTER')?.text ?? '',
    buttons: (find('BUTTONS')?.buttons ?? []).flatMap((button) => button.text ?? []),
    variables: record.variables.map(({ part, name }) => ({
      part,
      name,
      example: part === 'body' ? exampleOf(body?.example, name, placesOf(body?.text ?? '').indexOf(name)) : '',
    })),
  };
}

/** Those that the customer reads first: the first of them is the one that is chosen. Each group keeps its order. */
export function inLanguage(templates: readonly Template[], language: string | undefined): Template[] {
  return templates.toSorted(
    (one, other) => languageDistance(one.language, language) - languageDistance(other.language, language),
  );
}

function mediaOf(media: TemplateRecord['header_media']): Template['headerMedia'] {
  switch (media) {
    case '':
      return null;
    case 'gif':
      return 'video';
    default:
      return media;
  }
}

/** The names between double braces, each once, in order. */
export function placesOf(text: string): string[] {
  return [...new Set([...text.matchAll(PLACE)].map((match) => match[1] ?? ''))];
}

export interface FilledPiece {
  text: string;
  isFilled: boolean;
}

/** A text with its places filled; empty places keep their braces. */
export function fillPlaces(text: string, values: ReadonlyMap<string, string>): FilledPiece[] {
  const pieces: FilledPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACE)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), isFilled: false });
    pieces.push({ text: values.get(match[1] ?? '') || match[0], isFilled: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isFilled: false });
  return pieces;
}

export function valueKey(variable: TemplateVariable): string {
  return `${variable.part} ${variable.name}`;
}

/** What goes to the server. */
export function templateContent(template: Template, values: Readonly<Record<string, string>>): TemplateContent {
  const of = (part: TemplateVariable['part']): TemplateValue[] =>
    template.variables
      .filter((variable) => variable.part === part)
      .map((variable) => ({ name: variable.name, value: values[valueKey(variable)]?.trim() ?? '' }));
  const body = of('body');
  const filled = fillPlaces(template.body, new Map(body.map(({ name, value }) => [name, value])));
  return {
    kind: 'template',
    name: template.name,
    language: template.language,
    text: filled.map((piece) => piece.text).join(''),
    header_values: of('header'),
    body_values: body,
    button_values: of('button'),
  };
}

function exampleOf(example: Component['example'], name: string, index: number): string {
  const named = example?.['body_text_named_params'];
  if (Array.isArray(named)) {
    const found = (named as { param_name?: string; example?: string }[]).find((item) => item.param_name === name);
    return found?.example ?? '';
  }
  const rows = example?.['body_text'];
  const row: unknown = Array.isArray(rows) ? (rows as unknown[])[0] : undefined;
  const value: unknown = Array.isArray(row) ? (row as unknown[])[index] : undefined;
  return typeof value === 'string' ? value : '';
}
