import { ArrowDown, ArrowUp, History } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Id, Message } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatDay } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { hasBefore, loadAround, loadBefore, loadEnd, loadNewer, type Anchor } from '@/shared/store/load';
import { getState } from '@/shared/store/store';
import { Bubble, type Selection } from './Bubble';
import { endJump, useJump } from './jumps';
import { Lines } from './Lines';
import type { MessageAct } from './messageActs';
import type { ThreadRow } from './rows';

const NEAR_END = 48;
const NEAR_START = 400;
const BY_HAND_MS = 1_000;
const FLASH_MS = 1_500;
const JUMP_PAGES = 20;

export interface MessageListProps {
  readonly conversationId: Id;
  readonly rows: readonly ThreadRow[];
  readonly hasOlder: boolean;
  /** The end is not here: it is never reached by scrolling alone. */
  readonly hasNewer: boolean;
  /** Messages above what was there, to which a chip leads. */
  readonly late: readonly Id[];
  readonly onSeen: (ids: readonly Id[]) => void;
  readonly contact: { readonly id: Id; readonly name: string };
  readonly can: { readonly quote: boolean; readonly react: boolean };
  readonly selection: Selection | null;
  /** Room above the first message for what stands over the list, in px. */
  readonly startRoom?: number;
  /** A glance: messages without menus and without what one could do about a failure. */
  readonly isReadOnly?: boolean;
  readonly onQuote: (message: Message) => void;
  readonly onMessage: (act: MessageAct, message: Message) => void;
  readonly onTemplate: () => void;
  readonly onAtEnd: (isAtEnd: boolean) => void;
}

export function MessageList({
  conversationId,
  rows,
  hasOlder,
  hasNewer,
  late,
  onSeen,
  contact,
  can,
  selection,
  startRoom = 0,
  isReadOnly = false,
  onQuote,
  onMessage,
  onTemplate,
  onAtEnd,
}: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const virtual = useRef<VirtualizerHandle>(null);
  const jumped = useJump(conversationId);
  const atEnd = useRef(jumped === null && !hasNewer);
  const lastInput = useRef(-Infinity);
  const noteInput = () => {
    lastInput.current = performance.now();
  };
  const [isAway, setIsAway] = useState(false);
  const [seenKey, setSeenKey] = useState(lastKey(rows));
  const [flashed, setFlashed] = useState<Id | null>(null);
  const now = useMinute();
  const isPrepended = usePrepended(rows);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, []);
  const keepEnd = useCallback(() => {
    if (atEnd.current) toEnd();
  }, [toEnd]);

  // The end stays in view while the reader is there: new rows, pictures that get their size, a keyboard that opens.
  useLayoutEffect(keepEnd, [rows, startRoom, keepEnd]);
  useEffect(() => {
    if (!scroller.current || !content.current) return;
    const observer = new ResizeObserver(keepEnd);
    observer.observe(scroller.current);
    observer.observe(content.current);
    return () => observer.disconnect();
  }, [keepEnd]);

  // What one sends oneself is always shown.
  const ownLast = rows[rows.length - 1];
  const sentKey = ownLast?.kind === 'message' && ownLast.shown.unsent ? ownLast.key : null;
  useLayoutEffect(() => {
    if (sentKey === null) return;
    atEnd.current = true;
    toEnd();
  }, [sentKey, toEnd]);
  useEffect(() => {
    if (sentKey !== null && hasNewer) void loadEnd(conversationId).catch(() => undefined);
  }, [conversationId, sentKey, hasNewer]);

  const noteSeen = () => {
    const handle = virtual.current;
    if (late.length === 0 || !handle) return;
    const first = handle.findItemIndex(handle.scrollOffset);
    const last = handle.findItemIndex(handle.scrollOffset + handle.viewportSize);
    const inView = rows
      .slice(first, last + 1)
      .flatMap((row) => (row.kind === 'message' && late.includes(row.shown.message.id) ? [row.shown.message.id] : []));
    if (inView.length > 0) onSeen(inView);
  };
  useEffect(() => {
    // The rows have their places after the next paint.
    const frame = requestAnimationFrame(noteSeen);
    return () => cancelAnimationFrame(frame);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [late]);

  const look = () => {
    const element = scroller.current;
    if (!element) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    const isAtEnd = below < NEAR_END && !hasNewer;
    // Rows that turn out higher than thought push the end away; only a hand takes the reader from it.
    const byHand = performance.now() - lastInput.current < BY_HAND_MS;
    if (!isAtEnd && atEnd.current && !byHand) return toEnd();
    if (isAtEnd !== atEnd.current) {
      atEnd.current = isAtEnd;
      onAtEnd(isAtEnd);
    }
    setIsAway(!isAtEnd);
    if (isAtEnd) setSeenKey(lastKey(rows));
    noteSeen();
    if (hasOlder && element.scrollTop < NEAR_START) void loadBefore(conversationId).catch(() => undefined);
    if (hasNewer && below < NEAR_START) void loadNewer(conversationId).catch(() => undefined);
  };

  // A short page may not fill the view: then nothing would ever scroll.
  useEffect(() => {
    const element = scroller.current;
    if (hasOlder && element && element.scrollHeight <= element.clientHeight + NEAR_START) {
      void loadBefore(conversationId).catch(() => undefined);
    }
  }, [conversationId, hasOlder, rows]);

  const latest = useRef(rows);
  useLayoutEffect(() => {
    latest.current = rows;
  });
  const show = useCallback((index: number, messageId: Id) => {
    atEnd.current = false;
    setIsAway(true);
    virtual.current?.scrollToIndex(index, { align: 'center' });
    setFlashed(messageId);
    setTimeout(() => setFlashed(null), FLASH_MS);
  }, []);
  const jump = useCallback(
    async (messageId: Id) => {
      for (let page = 0; page < JUMP_PAGES; page += 1) {
        const index = latest.current.findIndex((row) => row.kind === 'message' && row.shown.message.id === messageId);
        if (index >= 0) return show(index, messageId);
        const isInside = page === 0 && (await tryAround(conversationId, messageId));
        if (!isInside) {
          if (!hasBefore(getState(), conversationId)) return;
          await loadBefore(conversationId).catch(() => undefined);
        }
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    },
    [conversationId, show],
  );
  const onJump = useCallback((messageId: Id) => void jump(messageId), [jump]);

  // A search or link leads here: its rows stand already when it is told.
  useLayoutEffect(() => {
    if (jumped === null) return;
    const index = findAnchor(rows, jumped.anchor);
    const row = rows[index];
    if (row?.kind !== 'message') return;
    onAtEnd(false);
    show(index, row.shown.message.id);
    endJump(jumped);
  }, [jumped, rows, show, onAtEnd]);

  const [firstLate] = late;
  const fresh = isAway ? countAfter(rows, seenKey) : 0;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        tabIndex={0}
        aria-label={t('thread.messages')}
        onScroll={look}
        onWheel={noteInput}
        onTouchMove={noteInput}
        onPointerDown={noteInput}
        onPointerMove={(event) => event.buttons !== 0 && noteInput()}
        onKeyDown={noteInput}
        className="@container-size min-h-0 flex-1 overflow-y-auto overscroll-contain [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        {/* By a transform a short thread stands at the end and a long one below what stands over it: what comes, there or
            here, moves nothing that the page has laid out. */}
        <div
          ref={content}
          style={{ transform: `translateY(max(${startRoom}px, 100cqh - 100%))` }}
          className="pt-2 pb-3"
        >
          <Virtualizer
            ref={virtual}
            scrollRef={scroller}
            shift={isPrepended}
            data={rows}
            itemSize={56}
            bufferSize={400}
            // In the frame in which a row is measured: the observer above would hear of it only in the next.
            onResize={keepEnd}
          >
            {(row) => (
              <Row
                key={row.key}
                row={row}
                conversationId={conversationId}
                now={now}
                contact={contact}
                can={can}
                flashed={flashed}
                selection={selection}
                isReadOnly={isReadOnly}
                onQuote={onQuote}
                onMessage={onMessage}
                onJump={onJump}
                onTemplate={onTemplate}
              />
            )}
          </Virtualizer>
        </div>
      </div>
      {firstLate !== undefined && (
        <button
          type="button"
          onClick={() => {
            onSeen([firstLate]);
            onJump(firstLate);
          }}
          className="absolute inset-x-0 top-2 mx-auto flex h-8 w-fit items-center gap-1.5 rounded-full border border-line bg-raised px-3 text-12 font-medium text-accent shadow-float"
        >
          <ArrowUp aria-hidden size={14} strokeWidth={1.75} />
          {t('thread.late', { count: late.length })}
        </button>
      )}
      {isAway && (
        <button
          type="button"
          onClick={() => {
            atEnd.current = true;
            onAtEnd(true);
            setIsAway(false);
            if (hasNewer) void loadEnd(conversationId).catch(() => undefined);
            else toEnd();
          }}
          className="absolute inset-x-0 bottom-2 mx-auto flex h-8 w-fit items-center gap-1.5 rounded-full border border-line bg-raised px-3 text-12 font-medium text-accent shadow-float"
        >
          <ArrowDown aria-hidden size={14} strokeWidth={1.75} />
          {fresh > 0 ? t('list.fresh', { count: fresh }) : t('thread.to_end')}
        </button>
      )}
    </div>
  );
}

/** The row of a message, or the first of a moment and after it; the last one if all are before. */
function findAnchor(rows: readonly ThreadRow[], anchor: Anchor): number {
  if ('messageId' in anchor) {
    return rows.findIndex((row) => row.kind === 'message' && row.shown.message.id === anchor.messageId);
  }
  const from = Date.parse(anchor.at);
  const first = rows.findIndex((row) => row.kind === 'message' && Date.parse(row.shown.message.at) >= from);
  return first >= 0 ? first : rows.findLastIndex((row) => row.kind === 'message');
}

/** False: it is not in this conversation, or cannot be had. */
async function tryAround(conversationId: Id, messageId: Id): Promise<boolean> {
  return loadAround(conversationId, { messageId }).then(
    () => true,
    () => false,
  );
}

interface RowProps {
  readonly row: ThreadRow;
  readonly conversationId: Id;
  readonly now: number;
  readonly contact: { readonly id: Id; readonly name: string };
  readonly can: { readonly quote: boolean; readonly react: boolean };
  readonly flashed: Id | null;
  readonly selection: Selection | null;
  readonly isReadOnly: boolean;
  readonly onQuote: (message: Message) => void;
  readonly onMessage: (act: MessageAct, message: Message) => void;
  readonly onJump: (messageId: Id) => void;
  readonly onTemplate: () => void;
}

function Row({ row, conversationId, now, contact, can, flashed, selection, isReadOnly, ...on }: RowProps) {
  switch (row.kind) {
    case 'day':
      return (
        <div className="flex items-center gap-4 px-5 pt-3 pb-1 text-12 font-medium text-muted">
          <span aria-hidden className="h-px flex-1 bg-line" />
          <time dateTime={row.at}>{formatDay(row.at, now)}</time>
          <span aria-hidden className="h-px flex-1 bg-line" />
        </div>
      );
    case 'new':
      return (
        <div
          role="separator"
          aria-label={t('thread.new')}
          className="flex items-center gap-3 px-5 pt-3 pb-1 text-12 font-medium text-accent"
        >
          <span aria-hidden className="h-px flex-1 bg-accent/60" />
          {t('thread.new')}
          <span aria-hidden className="h-px flex-1 bg-accent/60" />
        </div>
      );
    case 'earlier':
      return (
        <div
          role="separator"
          aria-label={t('thread.earlier', { day: formatDate(row.at, { dateStyle: 'long' }) })}
          className="flex items-center gap-3 px-5 pt-6 pb-3 text-12 font-medium text-muted"
        >
          <span aria-hidden className="h-px flex-1 bg-line-strong" />
          <History aria-hidden size={14} strokeWidth={1.75} />
          {t('thread.earlier', { day: formatDate(row.at, { dateStyle: 'long' }) })}
          <span aria-hidden className="h-px flex-1 bg-line-strong" />
        </div>
      );
    case 'lines':
      return <Lines messages={row.messages} />;
    case 'message':
      return (
        <Bubble
          shown={row.shown}
          conversationId={conversationId}
          contact={contact}
          isFirst={row.isFirst}
          isLast={row.isLast}
          isFlashed={flashed === row.shown.message.id}
          can={can}
          selection={selection}
          isReadOnly={isReadOnly}
          {...on}
        />
      );
  }
}

/** True in the one render that puts older rows in front. */
function usePrepended(rows: readonly ThreadRow[]): boolean {
  const last = useRef(rows);
  const before = last.current;
  const firstMessage = before.find((row) => row.kind === 'message')?.key;
  const isPrepended =
    rows !== before &&
    rows.length > before.length &&
    firstMessage !== undefined &&
    rows.find((row) => row.kind === 'message')?.key !== firstMessage &&
    lastKey(rows) === lastKey(before);
  useLayoutEffect(() => {
    last.current = rows;
  });
  return isPrepended;
}

function lastKey(rows: readonly ThreadRow[]): string {
  return rows[rows.length - 1]?.key ?? '';
}

function countAfter(rows: readonly ThreadRow[], key: string): number {
  const place = rows.findLastIndex((row) => row.key === key);
  if (place < 0) return 0;
  return rows.slice(place + 1).filter((row) => row.kind === 'message').length;
}
