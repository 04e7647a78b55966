/** Countries by their two letters (ISO 3166-1, and Kosovo); the browser knows their names in the reader's language. */
import type { SelectOption } from '@/shared/ui/Select';

const CODES =
  'ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDE' +
  'DJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKE' +
  'KGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPA' +
  'PEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUG' +
  'UMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW';
export const COUNTRY_CODES: readonly string[] = CODES.match(/../g) ?? [];

/** Each takes the browser a moment to make. */
const namers = new Map<string, Intl.DisplayNames>();

export function countryName(code: string, language = readersLanguage()): string {
  try {
    const namer = namers.get(language) ?? new Intl.DisplayNames([language], { type: 'region' });
    namers.set(language, namer);
    return namer.of(code) ?? code;
  } catch {
    return code;
  }
}

const options = new Map<string, readonly SelectOption<string>[]>();

/** All of them by their names, as the reader's language orders them. */
export function countryOptions(): readonly SelectOption<string>[] {
  const language = readersLanguage();
  const known = options.get(language);
  if (known !== undefined) return known;
  const { compare } = new Intl.Collator(language);
  const made = COUNTRY_CODES.map((value) => ({ value, label: countryName(value, language) })).sort((a, b) =>
    compare(a.label, b.label),
  );
  options.set(language, made);
  return made;
}

function readersLanguage(): string {
  return document.documentElement.lang || 'en';
}
