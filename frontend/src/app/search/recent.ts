/** The last searches of this browser, for one who looks for the same again. */

const STORED = 'threadline-searches';
const KEPT = 8;

export function readRecent(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string').slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export function keepRecent(typed: string): void {
  const words = typed.trim();
  if (words === '') return;
  const next = [words, ...readRecent().filter((one) => one !== words)].slice(0, KEPT);
  try {
    localStorage.setItem(STORED, JSON.stringify(next));
  } catch {
    // Storage may be refused: then nothing is remembered.
  }
}

export function forgetRecent(): void {
  try {
    localStorage.removeItem(STORED);
  } catch {
    // There was nothing to forget.
  }
}
