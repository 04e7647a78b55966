/** Tables as people's programs write them: quotes, lines inside quotes, and a comma, semicolon or tab between cells. */

import { fold } from '@/shared/format/fold';
import { COUNTRY_CODES, countryName } from '../contact/countries';

const DELIMITERS = [',', ';', '\t'] as const;

/** Rows of cells; empty lines are left out. The delimiter is the one that the first line has most of. */
export function parseTable(text: string): readonly (readonly string[])[] {
  const clean = text.replace(/^\uFEFF/, '');
  return rowsOf(clean, delimiterOf(clean)).filter((row) => row.some((cell) => cell.trim() !== ''));
}

function delimiterOf(text: string): string {
  const end = text.search(/[\r\n]/);
  const head = end < 0 ? text : text.slice(0, end);
  const counts = DELIMITERS.map((one) => head.split(one).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function rowsOf(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endCell = () => {
    row.push(cell);
    cell = '';
  };
  for (let place = 0; place < text.length; place += 1) {
    const sign = text[place] ?? '';
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[place + 1] === '"') {
        cell += '"';
        place += 1;
      } else isQuoted = false;
    } else if (sign === '"' && cell === '') isQuoted = true;
    else if (sign === delimiter) endCell();
    else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && text[place + 1] === '\n') place += 1;
      endCell();
      rows.push(row);
      row = [];
    } else cell += sign;
  }
  if (cell !== '' || row.length > 0) {
    endCell();
    rows.push(row);
  }
  return rows;
}

/** A table for the same programs; nothing in it is run as a formula. */
export function writeTable(rows: readonly (readonly string[])[]): string {
  return '\uFEFF' + rows.map((row) => row.map(quoted).join(',')).join('\r\n') + '\r\n';
}

function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return `"${safe.replaceAll('"', '""')}"`;
}

export const KNOWN = ['name', 'phone', 'email', 'company', 'owner', 'locale', 'country', 'time_zone'] as const;
export type KnownColumn = (typeof KNOWN)[number];

const WORDS: Readonly<Record<KnownColumn, RegExp>> = {
  name: /^(full ?)?(name|nombre|naam|имя|kunde|customer|cliente|klant|contact)$/i,
  phone: /^(phone|mobile|tel|telefon|teléfono|telefoon|телефон|number|nummer|whatsapp|handy|móvil)( ?number)?$/i,
  email: /^(e-?mail|correo|почта|mail)( ?address)?$/i,
  company: /^(company|firm|organi[sz]ation|firma|empresa|bedrijf|företag|компания|unternehmen)( ?name)?$/i,
  owner: /^(owner|account manager|betreuer|responsable|eigenaar|responsável|ответственный|ansvarig)( ?e-?mail)?$/i,
  locale: /^(language|locale|sprache|idioma|taal|язык)$/i,
  country: /^(country|country code|land|ländercode|landcode|país|страна)$/i,
  time_zone: /^(time ?zone|zeitzone|zona horaria|tijdzone|часовой пояс)$/i,
};

const LANGUAGES = ['en', 'ru', 'es', 'nl', 'sv', 'pt', 'de'];
let codesByName: ReadonlyMap<string, string> | undefined;

/** A country as a table names it, by two letters or in one of our languages → its two letters; else as it was. */
export function countryCode(cell: string): string {
  codesByName ??= new Map(
    LANGUAGES.flatMap((language) => COUNTRY_CODES.map((code) => [fold(countryName(code, language)), code] as const)),
  );
  const word = cell.trim();
  return codesByName.get(fold(word)) ?? (word.length === 2 ? word.toUpperCase() : word);
}

/** What a head probably means: one of ours, a field by its name, or nothing. */
export function guessColumn(head: string, fields: readonly { id: string; name: string }[]): string {
  const word = head.trim().replaceAll('_', ' ');
  const known = KNOWN.find((one) => WORDS[one].test(word));
  return known ?? fields.find(({ name }) => name.toLowerCase() === word.toLowerCase())?.id ?? '';
}
