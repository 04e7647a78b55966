/**
 * Texts in the reader's language: catalogues in i18next's form, a few lines over Intl, one language loaded at a time.
 * What the inbox says comes first; what only some screens say (`catalogues/<language>/later`) is loaded with them.
 *
 * `t('key', { name })` fills `{{name}}`; a `count` picks the plural form (`key_one`, `key_few`, `key_many`, `key_other`).
 * Keys are typed from English. The root is remounted when the language changes (LocaleRoot), so `t` may be called
 * anywhere while rendering. A key that a language lacks is taken from English, which is only then fetched.
 */

import { useSyncExternalStore } from 'react';
import type * as english from './catalogues/en';
import { pseudoCatalogue } from './pseudo';

type Later = typeof english.later;

/** A part of a catalogue that is loaded with the screens that say it; `server`: refusals and failures in its words. */
export type Part = keyof Later;

type EnglishKey = keyof typeof english.default | { [P in Part]: keyof Awaited<ReturnType<Later[P]>>['default'] }[Part];
type StripPlural<K> = K extends `${infer Base}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}` ? Base : K;
export type Key = StripPlural<EnglishKey>;
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

interface Language {
  readonly default: Catalogue;
  readonly later: Readonly<Record<Part, () => Promise<{ readonly default: Catalogue }>>>;
}

const languages: Record<string, () => Promise<Language>> = {
  en: () => import('./catalogues/en'),
  de: () => import('./catalogues/de'),
  es: () => import('./catalogues/es'),
  nl: () => import('./catalogues/nl'),
  pt: () => import('./catalogues/pt'),
  ru: () => import('./catalogues/ru'),
  sv: () => import('./catalogues/sv'),
};

/** For tests and for looking: longer, accented letters; and the same from the other side. */
const PSEUDO = ['en-XA', 'ar-XB'];

interface State {
  readonly locale: string;
  readonly catalogue: Catalogue;
  readonly fallback: Catalogue | null;
}

const wanted = new Set<Part>();
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
  const language = languageOf(state.locale);
  const regional = navigator.languages.find((code) => code === language || code.startsWith(`${language}-`));
  if (regional !== undefined && regional !== 'en') return regional;
  return language === 'en' ? 'en-GB' : language;
}

export function directionOf(locale: string): Direction {
  return /^(ar|fa|he|ur|yi|ps|sd|ug|dv)\b/.test(locale) ? 'rtl' : 'ltr';
}

/** Loads a language and makes it current; an unknown one becomes English. Remembered for the next visit. */
export async function loadLocale(asked: string): Promise<void> {
  const locale = matchLocale([asked]);
  const catalogue = await loadWhole(locale);
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

/** Loads what some screens say beyond the inbox, in the current language and in each that follows it. */
export async function loadPart(part: Part): Promise<void> {
  wanted.add(part);
  const { locale } = state;
  const texts = await loadLater(locale, part);
  if (locale !== state.locale) return; // Another language came meanwhile, and with it every wanted part.
  const catalogue = { ...state.catalogue, ...texts };
  state = { locale, catalogue, fallback: locale === 'en' ? catalogue : null };
}

/** The first part and every wanted one, also those that become wanted while these are on their way. */
async function loadWhole(locale: string): Promise<Catalogue> {
  let catalogue = await loadFirst(locale);
  const loaded = new Set<Part>();
  while (loaded.size < wanted.size) {
    const missing = [...wanted].filter((part) => !loaded.has(part));
    const texts = await Promise.all(missing.map((part) => loadLater(locale, part)));
    catalogue = Object.assign({}, catalogue, ...texts) as Catalogue;
    for (const part of missing) loaded.add(part);
  }
  return catalogue;
}

async function loadFirst(locale: string): Promise<Catalogue> {
  return inFace(locale, (await loadLanguage(locale)).default);
}

async function loadLater(locale: string, part: Part): Promise<Catalogue> {
  return inFace(locale, (await (await loadLanguage(locale)).later[part]()).default);
}

function loadLanguage(locale: string): Promise<Language> {
  return (languages[languageOf(locale)] as () => Promise<Language>)();
}

/** The language whose catalogue a locale shows. */
function languageOf(locale: string): string {
  return PSEUDO.includes(locale) ? 'en' : locale;
}

function inFace(locale: string, catalogue: Catalogue): Catalogue {
  return PSEUDO.includes(locale) ? pseudoCatalogue(catalogue) : catalogue;
}

/** The first language to show: asked for in the address, chosen before, or the browser's. */
export function startLocale(): Promise<void> {
  const asked = new URLSearchParams(location.search).get('locale');
  const remembered = recall();
  return loadLocale(matchLocale([asked ?? '', remembered ?? '', ...navigator.languages]));
}

/** The first of the languages asked for that exists, whole (`de-AT`) or by its base (`de`). */
export function matchLocale(asked: readonly string[]): string {
  for (const code of asked) {
    if (code in languages || PSEUDO.includes(code)) return code;
    const base = code.split('-')[0] ?? '';
    if (base in languages) return base;
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
  fetching ??= loadWhole('en').then((fallback) => {
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
