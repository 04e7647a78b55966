/** Where the keys are on a board: from card to card, from column to column, and a card along with them. */
import { useRef, useState, type RefObject } from 'react';
import type { Id } from '@/shared/api/types';
import { useCommands } from '@/shared/keys/keyboard';

export interface Place {
  readonly key: string;
  readonly id: Id | undefined;
}

export interface BoardKeysOptions<C extends { readonly key: string }> {
  readonly columns: readonly C[];
  readonly mayMoveTo: (column: C) => boolean;
  readonly onMove: (id: Id, to: C) => void;
  readonly onOpen: (id: Id | undefined) => void;
  /** Where to is to be asked. */
  readonly onAsk: (id: Id | undefined) => void;
  readonly onBack?: () => void;
}

export interface BoardKeys<C> {
  readonly place: Place | undefined;
  readonly setPlace: (place: Place | undefined) => void;
  readonly here: C | undefined;
  readonly root: RefObject<HTMLDivElement | null>;
  /** What each column shows by now, in its order. */
  readonly shown: RefObject<Map<string, readonly Id[]>>;
  readonly focus: (place: Place) => void;
}

export function useBoardKeys<C extends { readonly key: string }>(options: BoardKeysOptions<C>): BoardKeys<C> {
  const { columns, mayMoveTo, onMove, onOpen, onAsk, onBack } = options;
  const [place, setPlace] = useState<Place>();
  const root = useRef<HTMLDivElement>(null);
  const shown = useRef(new Map<string, readonly Id[]>());
  const here = columns.find(({ key }) => key === place?.key) ?? columns[0];
  const focus = (next: Place) => {
    setPlace(next);
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>(`[data-column="${next.key}"]`)?.focus());
  };
  /** To the column beside, at about the same height. */
  const goBeside = (by: number) => {
    if (!isHere(root.current)) return false;
    const at = columns.findIndex(({ key }) => key === here?.key);
    const next = columns[at + by];
    if (next === undefined) return true;
    const height = place?.id === undefined ? 0 : (shown.current.get(here?.key ?? '')?.indexOf(place.id) ?? 0);
    const ids = shown.current.get(next.key) ?? [];
    focus({ key: next.key, id: ids[Math.min(ids.length - 1, Math.max(0, height))] });
    return true;
  };
  const moveBeside = (by: number) => {
    if (place?.id === undefined || !isHere(root.current)) return false;
    const at = columns.findIndex(({ key }) => key === here?.key);
    const next = columns.filter((column, index) => (index - at) * by > 0 && mayMoveTo(column)).at(by > 0 ? 0 : -1);
    if (next === undefined) return true;
    onMove(place.id, next);
    focus({ key: next.key, id: place.id });
    return true;
  };
  const step = (by: number) => {
    if (here === undefined) return;
    const ids = shown.current.get(here.key) ?? [];
    const at = place?.id === undefined ? -1 : ids.indexOf(place.id);
    focus({ key: here.key, id: ids[Math.min(ids.length - 1, Math.max(0, at + by))] });
  };
  useCommands({
    next: () => step(1),
    previous: () => step(-1),
    open: () => onOpen(place?.id),
    board_left: () => goBeside(-1),
    board_right: () => goBeside(1),
    board_move_left: () => moveBeside(-1),
    board_move_right: () => moveBeside(1),
    board_move: () => onAsk(place?.id),
    ...(onBack && { back: onBack }),
  });
  return { place, setPlace, here, root, shown, focus };
}

/** The arrows are the board's where nothing else has the focus. */
function isHere(root: HTMLElement | null): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || root?.contains(activeElement) === true;
}
