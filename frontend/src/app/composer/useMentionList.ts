/** The list behind an `@` in a note: walked by arrows, left by Escape, chosen from by Enter or Tab. */
import { useMemo, useState, type KeyboardEvent, type RefObject } from 'react';
import type { Id } from '@/shared/api/types';
import { useStore } from '@/shared/store/store';
import { isComposing } from './enter';
import { findMentionables, mentionables, mentionAt, type At, type Mentionable } from './mentions';

const SHOWN = 8;

export interface MentionListState {
  isOpen: boolean;
  found: readonly Mentionable[];
  active: Mentionable | undefined;
  onMoved: (text: string, caret: number) => void;
  onLeft: () => void;
  /** True if the key was the list's. */
  onKeyDown: (event: KeyboardEvent) => boolean;
  onActive: (id: Id) => void;
  choose: (one: Mentionable) => void;
}

interface MentionOptions {
  readonly area: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly isOffered: boolean;
  readonly onText: (text: string) => void;
  /** Only these colleagues, and no teams. */
  readonly among?: readonly Id[];
}

export function useMentionList({ area, text, isOffered, onText, among }: MentionOptions): MentionListState {
  const [at, setAt] = useState<At | null>(null);
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const [activeId, setActiveId] = useState<Id | null>(null);
  const agents = useStore((state) => state.agents);
  const teams = useStore((state) => state.teams);
  const me = useStore((state) => state.me);
  const all = useMemo(
    () => mentionables({ agents, teams, me }).filter(({ id }) => among?.includes(id) ?? true),
    [agents, teams, me, among],
  );
  const found = useMemo(() => (at === null ? [] : findMentionables(all, at.search).slice(0, SHOWN)), [all, at]);
  const isOpen = isOffered && at !== null && at.start !== leftAt && found.length > 0;
  const active = isOpen ? (found.find(({ id }) => id === activeId) ?? found[0]) : undefined;

  const choose = (one: Mentionable) => {
    if (at === null) return;
    const before = `${text.slice(0, at.start)}@${one.name} `;
    onText(before + text.slice(at.end));
    setAt(null);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(before.length, before.length);
    });
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isOpen || !active || isComposing(event)) return false;
    const place = found.indexOf(active);
    const move = (by: number) => setActiveId(found[(place + by + found.length) % found.length]?.id ?? null);
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Escape') setLeftAt(at?.start ?? null);
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.ctrlKey && !event.metaKey) choose(active);
    else return false;
    event.preventDefault();
    return true;
  };
  return {
    isOpen,
    found,
    active,
    onMoved: (next, caret) => {
      const moved = isOffered ? mentionAt(next, caret) : null;
      setAt(moved);
      if (moved?.start !== leftAt) setLeftAt(null);
    },
    onLeft: () => setAt(null),
    onKeyDown,
    onActive: setActiveId,
    choose,
  };
}
