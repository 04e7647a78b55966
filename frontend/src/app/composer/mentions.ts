/** Naming colleagues and teams in a note: whom an `@` finds, and whom the finished text names. */
import type { Id, Mention } from '@/shared/api/types';
import { fold } from '@/shared/format/fold';
import type { State } from '@/shared/store/state';
import type { Outgoing } from './outgoing';

export interface Mentionable {
  readonly kind: Mention['kind'];
  readonly id: Id;
  readonly name: string;
}

/** Colleagues who work here, then teams. */
export function mentionables(state: Pick<State, 'agents' | 'teams' | 'me'>): readonly Mentionable[] {
  const agents = [...state.agents.values()].filter((agent) => agent.is_active && agent.id !== state.me);
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  return [
    ...agents.sort(byName).map(({ id, name }) => ({ kind: 'agent' as const, id, name })),
    ...[...state.teams.values()].sort(byName).map(({ id, name }) => ({ kind: 'team' as const, id, name })),
  ];
}

export interface At {
  start: number;
  end: number;
  search: string;
}

const LONGEST = 40;

/** The search behind an `@` that begins a word, up to the caret; null if there is none. */
export function mentionAt(text: string, caret: number): At | null {
  const start = text.lastIndexOf('@', caret - 1);
  if (start < 0 || caret - start > LONGEST) return null;
  const search = text.slice(start + 1, caret);
  if ((start > 0 && !/\s|[("']/u.test(text[start - 1] ?? '')) || /\n|^\s/u.test(search)) return null;
  return { start, end: caret, search };
}

export function findMentionables(all: readonly Mentionable[], search: string): readonly Mentionable[] {
  const wanted = fold(search).trim();
  return all.filter(({ name }) =>
    fold(name)
      .split(/\s+/u)
      .some((_, index, words) => words.slice(index).join(' ').startsWith(wanted)),
  );
}

/** Whom a text names, wherever `@name` stands in it; the longest name counts where two begin alike. */
export function mentionsIn(text: string, all: readonly Mentionable[]): Mention[] {
  const sorted = [...all].sort((a, b) => b.name.length - a.name.length);
  const found = new Map<Id, Mention>();
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const named = sorted.find(
      ({ name }) => text.startsWith(name, at + 1) && !/^[\p{L}\p{N}]/u.test(text.slice(at + 1 + name.length)),
    );
    if (named) found.set(named.id, { kind: named.kind, id: named.id, name: named.name });
  }
  return [...found.values()];
}

/** A note as it leaves the box. */
export function noteOf(text: string, state: Pick<State, 'agents' | 'teams' | 'me'>): Outgoing {
  const mentions = mentionsIn(text, mentionables(state));
  return { content: { kind: 'text', text, ...(mentions.length > 0 && { mentions }) }, file: null, isFirst: true };
}
