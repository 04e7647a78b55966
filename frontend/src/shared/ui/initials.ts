/** Two letters for a person: of the first and the last word that begins with a letter; empty for bare numbers. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/u).filter((word) => /^\p{L}/u.test(word));
  const first = words[0];
  if (first === undefined) return '';
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return letter(first) + (last === undefined ? '' : letter(last));
}

/** A tint for a person that stays the same on every screen: 0–7 from the id or name. */
export function tintOf(seed: string): number {
  let hash = 2_166_136_261;
  for (const char of seed) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619);
  return (hash >>> 0) % 8;
}

function letter(word: string): string {
  return (/^\p{L}\p{M}*/u.exec(word)?.[0] ?? '').toLocaleUpperCase();
}
