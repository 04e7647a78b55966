/** Macros by what is typed: those that begin with it, then those with a word that does, then those that have it. */
import { fold } from '@/shared/format/fold';

export function findMacros<M extends { readonly name: string }>(macros: readonly M[], typed: string): readonly M[] {
  const wanted = fold(typed.trim());
  if (wanted === '') return macros;
  const rank = ({ name }: M) => {
    const folded = fold(name);
    return folded.startsWith(wanted) ? 0 : folded.includes(` ${wanted}`) ? 1 : folded.includes(wanted) ? 2 : 3;
  };
  const ranked = macros.map((macro) => [rank(macro), macro] as const).filter(([place]) => place < 3);
  return ranked.sort(([a], [b]) => a - b).map(([, macro]) => macro);
}
