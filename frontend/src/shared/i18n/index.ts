/**
 * Texts in the reader's language: catalogues in i18next's form, a few lines over Intl, one language loaded at a time.
 *
 * `t('key', { name })` fills `{{name}}`; a `count` picks the plural form (`key_one`, `key_few`, `key_many`, `key_other`).
 * Keys are typed from English. The root is remounted when the language changes (LocaleRoot), so `t` may be called
 * anywhere while rendering. A key that a language lacks is taken from English, which is only then fetched.
 */

import { useSyncExternalStore } from 'react';
import type english from './catalogues/en';
import { pseudoCatalogue } from './pseudo';

type English = typeof english;
type StripPlural<K> = K extends `${infer Base}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}` ? Base : K;
export type Key = StripPlural<keyof English>;
export type Catalogue = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, string | number>>;
export type Direction = 'ltr' | 'rtl';

/** The languages a person may choose, in their own words. */
export const LANGUAGES = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
  { code: 'es', name: 'Español' },
  { code: 'nl', name: 'Nederlands' },
  { code: 'pt', name: 'Português' },
  { code: 'ru', name: 'Русский' },
  { code: 'sv', name: 'Svenska' },
] as const;

export type LanguageCode = (typeof LANGUAGES)[number]['code'];

const KEY = 'threadline-locale';

const loaders: Record<string, () => Promise<Catalogue>> = {
  en: async () => (await import('./catalogues/en')).default,
  de: async () => (await import('./catalogues/de')).default,
  es: async () => (await import('./catalogues/es')).default,
  nl: async () => (await import('./catalogues/nl')).default,
  pt: async () => (await import('./catalogues/pt')).default,
  ru: async () => (await import('./catalogues/ru')).default,
  sv: async () => (await import('./catalogues/sv')).default,
  // For tests and for looking: longer, accented letters; and the same from the other side.
  'en-XA': async () => pseudoCatalogue((await import('./catalogues/en')).default),
  'ar-XB': async () => pseudoCatalogue((await import('./catalogues/en')).default),
};

interface State {
  readonly locale: string;
  readonly catalogue: Catalogue;
  readonly fallback: Catalogue | null;
}

let state: State = { locale: 'en', catalogue: {}, fallback: null };
let plurals = new Intl.PluralRules('en');
let numbers = new Intl.NumberFormat('en');
const listeners = new Set<() => void>();

/** The text for a key in the current language. */
export function t(key: Key, values?: Values): string {
  return fill(find(key, values), values);
}

/** True if the current language or its fallback has the key: for texts that follow a server's code. */
export function hasText(key: string): key is Key {
  return key in state.catalogue || (state.fallback !== null && key in state.fallback);
}

export function currentLocale(): string {
  return state.locale;
}

/** The locale for Intl: the browser's own region if it has one for this language. The pseudo languages format as English. */
export function formattingLocale(): string {
  const language = state.locale === 'en-XA' || state.locale === 'ar-XB' ? 'en' : state.locale;
  const regional = navigator.languages.find((code) => code === language || code.startsWith(`${language}-`));
  if (regional !== undefined && regional !== 'en') return regional;
  return language === 'en' ? 'en-GB' : language;
}

export function directionOf(locale: string): Direction {
  return /^(ar|fa|he|ur|yi|ps|sd|ug|dv)\b/.test(locale) ? 'rtl' : 'ltr';
}

/** Loads a language and makes it current; an unknown one becomes English. Remembered for the next visit. */
export async function loadLocale(wanted: string): Promise<void> {
  const locale = matchLocale([wanted]);
  const catalogue = await (loaders[locale] as () => Promise<Catalogue>)();
  state = { locale, catalogue, fallback: locale === 'en' ? catalogue : null };
  plurals = new Intl.PluralRules(formattingLocale());
  numbers = new Intl.NumberFormat(formattingLocale());
  remember(locale);
  if (typeof document !== 'undefined') {
    document.documentElement.lang = locale;
    document.documentElement.dir = directionOf(locale);
  }
  for (const listener of listeners) listener();
}

/** The first language to show: asked for in the address, chosen before, or the browser's. */
export function startLocale(): Promise<void> {
  const asked = new URLSearchParams(location.search).get('locale');
  const remembered = recall();
  return loadLocale(matchLocale([asked ?? '', remembered ?? '', ...navigator.languages]));
}

/** The first wanted language that exists, whole (`de-AT`) or by its base (`de`). */
export function matchLocale(wanted: readonly string[]): string {
  for (const code of wanted) {
    if (code in loaders) return code;
    const base = code.split('-')[0] ?? '';
    if (base in loaders) return base;
  }
  return 'en';
}

/** The current locale, as a subscription: LocaleRoot remounts the tree by it. */
export function useLocale(): string {
  return useSyncExternalStore(subscribe, currentLocale);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function find(key: string, values: Values | undefined): string {
  return pick(state.catalogue, plurals, key, values) ?? fromFallback(key, values);
}

function pick(
  catalogue: Catalogue,
  rules: Intl.PluralRules,
  key: string,
  values: Values | undefined,
): string | undefined {
  if (typeof values?.count === 'number') {
    const plural = catalogue[`${key}_${rules.select(values.count)}`] ?? catalogue[`${key}_other`];
    if (plural !== undefined) return plural;
  }
  return catalogue[key];
}

const englishPlurals = new Intl.PluralRules('en');

function fromFallback(key: string, values: Values | undefined): string {
  if (state.fallback === null) {
    void fetchFallback();
    return '';
  }
  return pick(state.fallback, englishPlurals, key, values) ?? key;
}

let fetching: Promise<void> | null = null;

function fetchFallback(): Promise<void> {
  fetching ??= (loaders.en as () => Promise<Catalogue>)().then((fallback) => {
    state = { ...state, fallback };
    fetching = null;
    for (const listener of listeners) listener();
  });
  return fetching;
}

function fill(text: string, values: Values | undefined): string {
  if (values === undefined || !text.includes('{{')) return text;
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numbers.format(value) : isolate(value);
  });
}

/** A name of the other direction must not turn the sentence around it. */
function isolate(value: string): string {
  return directionOf(state.locale) === 'rtl' ? `\u2068${value}\u2069` : value;
}

function remember(locale: string): void {
  try {
    localStorage.setItem(KEY, locale);
  } catch {
    // Storage may be refused: the language then comes from the browser or the person's profile.
  }
}

function recall(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
