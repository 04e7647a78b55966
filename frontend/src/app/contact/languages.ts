/** Languages that a customer may be given, by their codes; the browser knows their names in the reader's language. */
export const LANGUAGE_CODES: readonly string[] = (
  'ar bg bn ca cs da de el en es et eu fa fi fr gl he hi hr hu hy id is it ja ka kk km ko lo lt lv mk ms my nb ne nl ' +
  'pl pt pt-BR ro ru si sk sl sq sr sv sw ta th tr uk ur uz vi zh zh-TW'
).split(' ');

/** 0: the very language, 1: another region's, 2: another one. Providers write `pt_BR`. */
export function languageDistance(language: string, wanted: string | undefined): 0 | 1 | 2 {
  const [one, other] = [language, wanted ?? ''].map((code) => code.replace('_', '-').toLowerCase());
  if (!one || !other) return 2;
  if (one === other) return 0;
  return one.split('-')[0] === other.split('-')[0] ? 1 : 2;
}

export function languageName(locale: string): string {
  try {
    return (
      new Intl.DisplayNames([document.documentElement.lang || 'en'], { type: 'language' }).of(
        locale.replace('_', '-'),
      ) ?? locale
    );
  } catch {
    return locale;
  }
}
