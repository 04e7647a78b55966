import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { formatBytes, formatDuration, formatRelative } from './format';
import {
  LANGUAGES,
  currentLocale,
  directionOf,
  hasText,
  loadLocale,
  loadPart,
  matchLocale,
  t,
  type Key,
} from './index';
import { render } from '../reactTesting';
import { pseudoText } from './pseudo';
import { Trans } from './Trans';

const FOLDER = join(import.meta.dirname, 'catalogues');
const PLURAL = /_(zero|one|two|few|many|other)$/;

beforeEach(async () => {
  localStorage.clear();
  await loadLocale('en');
  await loadPart('entry');
});

describe('texts', () => {
  test('a name takes its place in a sentence', () => {
    expect(t('entry.invitation.title', { workspace: 'Atelier Nord' })).toBe('Join Atelier Nord');
  });

  test('a count picks the plural form of the language', async () => {
    await loadPart('settings');
    expect(t('settings.connect.left', { count: 1 })).toBe('1 check left');
    expect(t('settings.connect.left', { count: 2 })).toBe('2 checks left');
    await loadLocale('ru');
    const forms = new Set([1, 2, 5].map((count) => t('settings.connect.left', { count }).replace(/\d+/, '')));
    expect(forms.size).toBe(3);
  });

  test('a key that nobody has stands for itself instead of leaving a hole', () => {
    expect(t('no.such.key' as Key)).toBe('no.such.key');
  });

  test('a name keeps its own direction in a right-to-left sentence', async () => {
    await loadLocale('ar-XB');
    expect(t('entry.invitation.title', { workspace: 'Atelier' })).toContain('\u2068Atelier\u2069');
  });

  test('numbered tags are drawn around their own words', async () => {
    const tagged = { title: 'Press <1>Copy</1>, then <2>Done</2>.' } as const;
    const shown = await render(
      <Trans text={tagged.title} tags={{ 1: (text) => <b>{text}</b>, 2: (text) => <i>{text}</i> }} />,
    );
    expect(shown.host.innerHTML).toBe('Press <b>Copy</b>, then <i>Done</i>.');
    await shown.end();
  });
});

describe('languages', () => {
  test('the browser asks for a region and gets its language', () => {
    expect(matchLocale(['', 'de-AT', 'en'])).toBe('de');
    expect(matchLocale(['tlh', 'ru-RU'])).toBe('ru');
    expect(matchLocale(['tlh'])).toBe('en');
  });

  test('the page says its language and direction', async () => {
    await loadLocale('ar-XB');
    expect(document.documentElement.dir).toBe('rtl');
    await loadLocale('de');
    expect(currentLocale()).toBe('de');
    expect(document.documentElement.lang).toBe('de');
    expect(document.documentElement.dir).toBe('ltr');
    expect(directionOf('he-IL')).toBe('rtl');
  });

  test('the chosen language is remembered', async () => {
    await loadLocale('nl');
    expect(localStorage.getItem('threadline-locale')).toBe('nl');
  });
});

describe('parts that are loaded later', () => {
  test('a part is there once its screen has asked for it, in this language and in the next', async () => {
    expect(hasText('practice.title')).toBe(false);
    await loadPart('practice');
    expect(t('practice.title')).not.toBe('practice.title');
    await loadLocale('de');
    expect(t('practice.title')).toBe(read('de', 'later/practice.json')['practice.title']);
  });

  test('a part and a language asked for at the same time both arrive', async () => {
    await Promise.all([loadLocale('sv'), loadPart('server')]);
    expect(currentLocale()).toBe('sv');
    expect(t('said.asked_in_vain')).toBe(read('sv', 'later/server.json')['said.asked_in_vain']);
  });

  test('only the rooms that load a part say its sentences', () => {
    const elsewhere = sources(join(import.meta.dirname, '../../')).flatMap((path) => {
      const room = path.replaceAll('\\', '/');
      return [...readFileSync(path, 'utf8').matchAll(/['"`]((\w+)\.[\w.]+(?:\$\{)?)/g)]
        .filter(([, , start = '']) => start in ROOMS && !ROOMS[start]?.some((own) => room.includes(own)))
        .map(([, key]) => `${room}: ${key}`);
    });
    expect(elsewhere).toEqual([]);
    const first = areas('en').filter((area) => !area.startsWith('later/'));
    const astray = first
      .flatMap((area) => Object.keys(read('en', area)))
      .filter((key) => (key.split('.')[0] ?? '') in ROOMS);
    expect(astray, 'these belong into a file in later/').toEqual([]);
  });
});

/** By the first word of a key: where it may be said. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  settings: ['/app/settings/'],
  automatic: ['/app/settings/automatic/'],
  check: ['/app/settings/'],
  field: ['/app/settings/'],
  live: ['/app/live/'],
  practice: ['/app/practice/'],
  rules: ['/app/settings/rules/', '/app/rules/'],
  service: ['/app/settings/service/'],
  skills: ['/app/skills/', '/app/settings/routing/'],
  entry: ['/app/signin/', '/app/setup/'],
  // The dialogs of an open conversation, which comes with this part, say what the server would say.
  said: ['/shared/said.ts', '/app/composer/', '/app/thread/'],
};

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.|\.d\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the pseudo-language', () => {
  test('is longer, accented, and keeps what is filled in', () => {
    const text = pseudoText('Join {{workspace}} <1>now</1>');
    expect(text).toMatch(/^\[Ĵöîñ \{\{workspace\}\} <1>ñöŵ<\/1> ·+\]$/);
    expect(text.length).toBeGreaterThan('Join {{workspace}} <1>now</1>'.length * 1.3);
  });
});

describe('numbers and times', () => {
  test('sizes and durations are short', () => {
    expect(formatBytes(84_000)).toBe('84 kB');
    expect(formatBytes(3_140_000)).toBe('3.1 MB');
    expect(formatDuration(23)).toBe('0:23');
    expect(formatDuration(3723)).toBe('1:02:03');
  });

  test('a moment is told by its largest unit', () => {
    const now = new Date('2026-11-24T12:00:00Z');
    expect(formatRelative('2026-11-24T11:57:00Z', now)).toBe('3 minutes ago');
    expect(formatRelative('2026-11-23T12:00:00Z', now)).toBe('yesterday');
    expect(formatRelative('2026-11-27T12:00:00Z', now)).toBe('in 3 days');
  });
});

/** These two are translated after the others; tests/test_sentences.py holds all of them to the keys of English. */
const FOLLOWING = ['pt', 'sv'];

describe.each(LANGUAGES.map(({ code }) => code).filter((code) => !FOLLOWING.includes(code)))(
  'the catalogue %s',
  (code) => {
    const english = areas('en').map((area) => [area, read('en', area)] as const);

    test('has every key of English, with the plural forms of its language', () => {
      const forms = new Intl.PluralRules(code)
        .resolvedOptions()
        .pluralCategories.filter((form) => isNeeded(code, form));
      const missing = english.flatMap(([area, keys]) => {
        const own = read(code, area);
        return [...new Set(Object.keys(keys).map((key) => key.replace(PLURAL, '')))].flatMap((key) => {
          if (key in keys) return key in own ? [] : [key];
          return forms.map((form) => `${key}_${form}`).filter((form) => !(form in own));
        });
      });
      expect(missing).toEqual([]);
    });

    test('has no key that English lacks', () => {
      const extra = english.flatMap(([area, keys]) => {
        const bases = new Set(Object.keys(keys).map((key) => key.replace(PLURAL, '')));
        return Object.keys(read(code, area)).filter((key) => !bases.has(key.replace(PLURAL, '')));
      });
      expect(extra).toEqual([]);
    });

    test('fills in the same values and tags as English', () => {
      const differing = english.flatMap(([area, keys]) => {
        const own = read(code, area);
        return Object.entries(own).filter(([key, text]) => {
          const original = keys[key] ?? keys[`${key.replace(PLURAL, '')}_other`] ?? '';
          // "one" may say the number in a word.
          const parts = key.endsWith('_one')
            ? placesOf(text).filter((place) => !placesOf(original).includes(place))
            : [];
          return key.endsWith('_one') ? parts.length > 0 : placesOf(text).join() !== placesOf(original).join();
        });
      });
      expect(differing).toEqual([]);
    });
  },
);

/** Millions alone ("many" in Spanish and Portuguese) are not worth a form of their own. */
function isNeeded(code: string, form: string): boolean {
  return !((code === 'es' || code === 'pt') && form === 'many');
}

function areas(code: string): string[] {
  return readdirSync(join(FOLDER, code), { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.json'));
}

function read(code: string, area: string): Record<string, string> {
  return JSON.parse(readFileSync(join(FOLDER, code, area), 'utf8')) as Record<string, string>;
}

function placesOf(text: string): string[] {
  return (text.match(/\{\{\w+\}\}|<\d+>/g) ?? []).sort();
}
