/** The list behind a slash: open while its line is a search, walked by arrows, left by Escape, chosen from by Enter. */
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import type { Conversation, FileRecord, FilledReply, Id, ReplyUse } from '@/shared/api/types';
import { isComposing } from './enter';
import { findReplies, putReply, saidOf, slashAt, wordingIn, wordingsOf, type Said } from './savedReplies';
import { noteUse, useSavedReplies, type Offered } from './useSavedReplies';

export interface SlashList extends Offered {
  isOpen: boolean;
  found: readonly FilledReply[];
  active: FilledReply | undefined;
  /** What of the active reply is read: in the customer's language and their next variant, until another is chosen. */
  said: Said | undefined;
  onLanguage: (language: string) => void;
  /** In which language all of them are read, where they say it; null: in the customer's. */
  spoken: string | null;
  onSpoken: (language: string | null) => void;
  saidFor: (reply: FilledReply) => Said;
  /** The next variant: of the active reply, or of all. */
  onTurn: (isOfAll: boolean) => void;
  /** The text or the caret moved; `isTyped` says that a new search begins at its first hit. */
  onMoved: (text: string, caret: number, isTyped: boolean) => void;
  onEntered: (isEntered: boolean) => void;
  /** True if the key was the list's. */
  onKeyDown: (event: KeyboardEvent) => boolean;
  onActive: (id: Id) => void;
  choose: (reply: FilledReply) => void;
  /** Types the slash for those who have no key for it. */
  begin: () => void;
}

interface SlashOptions {
  readonly conversation: Conversation;
  readonly area: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly isOffered: boolean;
  readonly onText: (text: string) => void;
  /** The reply that was chosen brings files. */
  readonly onFiles: (files: readonly FileRecord[]) => void;
  /** What the answer was begun with. */
  readonly onUsed: (use: ReplyUse) => void;
}

export function replyOptionId(listId: string, reply: FilledReply): string {
  return `${listId}-${reply.id}`;
}

export function useSlash({ conversation, area, text, isOffered, onText, onFiles, onUsed }: SlashOptions): SlashList {
  const [caret, setCaret] = useState(0);
  const [isEntered, setIsEntered] = useState(false);
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const [activeId, setActive] = useState<Id | null>(null);
  const [language, setLanguage] = useState<string | null>(null);
  const [spoken, setSpoken] = useState<string | null>(null);
  /** How often the variants of a reply were turned on, and those of all. */
  const [turns, setTurns] = useState<Readonly<Record<Id, number>>>({});
  const [turnsOfAll, setTurnsOfAll] = useState(0);
  const setActiveId = (id: Id | null) => {
    setActive(id);
    setLanguage(null);
  };
  const select = useSelection(area, text);
  const slash = isOffered && isEntered ? slashAt(text, caret) : null;
  const isOpen = slash !== null && slash.start !== leftAt;
  const offered = useSavedReplies(conversation, isOffered && isEntered, isOpen);
  const found = isOpen ? findReplies(offered.replies ?? [], slash.search) : [];
  const active = found.find(({ id }) => id === activeId) ?? found[0];
  const wordings = active ? wordingsOf(active) : [];
  const saidFor = (reply: FilledReply) =>
    saidOf(wordingIn(reply, (reply === active ? language : null) ?? spoken), turnsOfAll + (turns[reply.id] ?? 0));
  const said = active && saidFor(active);
  const onTurn = (isOfAll: boolean) => {
    if (isOfAll) setTurnsOfAll(turnsOfAll + 1);
    else if (active) setTurns({ ...turns, [active.id]: (turns[active.id] ?? 0) + 1 });
  };

  const onMoved = (next: string, at: number, isTyped: boolean) => {
    setCaret(at);
    if (slashAt(next, at) === null) setLeftAt(null);
    if (isTyped) setActiveId(null);
  };
  const choose = (reply: FilledReply) => {
    if (slash === null) return;
    const { pieces, variant } = saidFor(reply);
    const put = putReply(text, slash, pieces);
    onText(put.text);
    onUsed({ reply_id: reply.id, variant });
    setTurns({});
    setTurnsOfAll(0);
    select(...put.selection);
    setCaret(put.selection[1]);
    // A reply may begin with a slash itself.
    setLeftAt(slash.start);
    if (reply.files.length > 0) onFiles(reply.files);
    noteUse(reply.id);
  };
  const begin = () => {
    const next = text === '' || text.endsWith('\n') ? `${text}/` : `${text}\n/`;
    onText(next);
    select(next.length, next.length);
    onMoved(next, next.length, true);
    setLeftAt(null);
  };
  const move = (by: number) => {
    const place = active ? found.indexOf(active) : 0;
    setActiveId(found[(place + by + found.length) % found.length]?.id ?? null);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isOpen || isComposing(event)) return false;
    switch (event.key) {
      case 'ArrowDown':
        move(1);
        break;
      case 'ArrowUp':
        move(-1);
        break;
      case 'ArrowRight': {
        if (wordings.length < 2 || said === undefined) return false;
        const at = wordings.findIndex((one) => one.language === said.language);
        setLanguage(wordings[(at + 1) % wordings.length]?.language ?? null);
        break;
      }
      case 'ArrowLeft':
        if (said === undefined || said.count < 2) return false;
        onTurn(false);
        break;
      case 'Escape':
        setLeftAt(slash.start);
        area.current?.focus();
        break;
      case 'Enter':
        if (event.shiftKey && !event.ctrlKey && !event.metaKey) return false;
        // Nothing found sends nothing: a slip of the finger must not reach the customer.
        if (active) choose(active);
        break;
      default:
        return false;
    }
    event.preventDefault();
    return true;
  };
  return {
    ...offered,
    isOpen,
    found,
    active,
    said,
    onTurn,
    onLanguage: setLanguage,
    spoken,
    onSpoken: setSpoken,
    saidFor,
    onMoved,
    onEntered: setIsEntered,
    onKeyDown,
    onActive: (id) => id !== active?.id && setActiveId(id),
    choose,
    begin,
  };
}

type Range = readonly [number, number];

/** A selection that waits for its text: the box shows it only after it was painted anew. */
function useSelection(area: RefObject<HTMLTextAreaElement | null>, text: string): (start: number, end: number) => void {
  const wanted = useRef<Range | null>(null);
  useLayoutEffect(() => takeUp(area.current, wanted), [area, text]);
  return (start, end) => {
    wanted.current = [start, end];
    requestAnimationFrame(() => takeUp(area.current, wanted));
  };
}

function takeUp(box: HTMLTextAreaElement | null, wanted: RefObject<Range | null>): void {
  if (wanted.current === null || box === null) return;
  box.focus();
  box.setSelectionRange(...wanted.current);
  wanted.current = null;
}
