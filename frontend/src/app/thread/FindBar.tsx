import { CalendarDays, ChevronDown, ChevronUp, Search, X } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { IconButton } from '@/shared/ui/IconButton';
import { fetchFound, type FoundInThread } from '../search/calls';
import { highlightIn } from './highlight';
import { jumpTo } from './jumps';

const PAUSE_MS = 60;

export interface FindBarProps {
  readonly conversationId: Id;
  readonly onClose: () => void;
}

/** Find in this thread: how many, the one before and the one after, and the way to a day. */
export default function FindBar({ conversationId, onClose }: FindBarProps) {
  const [typed, setTyped] = useState('');
  const [found, setFound] = useState<FoundInThread | null>(null);
  const [place, setPlace] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const bar = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const words = typed.trim();
    let isCurrent = true;
    const timer = setTimeout(
      () => {
        if (words === '') return setFound(null);
        fetchFound(conversationId, words)
          .then((answer) => {
            if (!isCurrent) return;
            setFound(answer);
            setPlace(answer.items.length - 1);
            const last = answer.items.at(-1);
            if (last) void jumpTo(conversationId, { messageId: last.id }).catch(() => undefined);
          })
          .catch(() => isCurrent && setFound(null));
      },
      words === '' ? 0 : PAUSE_MS,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [conversationId, typed]);

  const marks = found?.marks;
  useEffect(() => {
    const log = bar.current?.parentElement?.querySelector('[role=log]');
    return log && marks ? highlightIn(log, marks) : undefined;
  }, [marks]);

  const items = found?.items ?? [];
  const go = (by: number) => {
    const next = items[(place + by + items.length) % Math.max(1, items.length)];
    if (!next) return;
    setPlace(items.indexOf(next));
    void jumpTo(conversationId, { messageId: next.id }).catch(() => undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') onClose();
    else if (event.target !== field.current) return;
    else if (event.key === 'Enter') go(event.shiftKey ? 1 : -1);
    else if (event.key === 'ArrowUp') go(-1);
    else if (event.key === 'ArrowDown') go(1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={bar}
      role="search"
      aria-label={t('find.title')}
      onKeyDown={onKeyDown}
      className="flex min-h-11 shrink-0 flex-wrap items-center gap-1 border-b border-line bg-canvas px-3 py-1.5"
    >
      <Search aria-hidden size={16} strokeWidth={1.75} className="mx-1 shrink-0 text-muted" />
      <input
        ref={field}
        autoFocus
        type="text"
        dir="auto"
        value={typed}
        aria-label={t('find.title')}
        placeholder={t('find.hint')}
        onChange={(event) => setTyped(event.target.value)}
        className="h-8 min-w-0 flex-1 bg-transparent text-14 outline-none placeholder:text-muted pointer-coarse:h-11"
      />
      <span role="status" className="tabular px-2 text-12 text-muted">
        {found && (items.length === 0 ? t('find.nothing') : t('find.place', { place: place + 1, count: found.count }))}
      </span>
      <IconButton
        icon={ChevronUp}
        label={t('find.older')}
        keyName="Enter"
        disabled={items.length === 0}
        onClick={() => go(-1)}
      />
      <IconButton
        icon={ChevronDown}
        label={t('find.newer')}
        keyName={['Shift', 'Enter']}
        disabled={items.length === 0}
        onClick={() => go(1)}
      />
      <DayField onChoose={(at) => void jumpTo(conversationId, { at }).catch(() => undefined)} />
      <IconButton icon={X} label={t('find.close')} keyName="Escape" onClick={onClose} />
    </div>
  );
}

/** A day of one's own time zone → the moment at which it begins. */
function DayField({ onChoose }: { readonly onChoose: (at: string) => void }) {
  return (
    <label className="flex h-8 items-center gap-1.5 rounded-md px-2 text-12 text-muted focus-within:outline-2 focus-within:outline-accent hover:bg-hover pointer-coarse:h-11">
      <CalendarDays aria-hidden size={16} strokeWidth={1.75} />
      <span className="sr-only">{t('find.day')}</span>
      <input
        type="date"
        title={t('find.day')}
        max={new Date().toISOString().slice(0, 10)}
        onChange={(event) => {
          const [year, month, day] = event.target.value.split('-').map(Number);
          // While a year is being typed it is one of the first centuries.
          if (year === undefined || month === undefined || day === undefined || year < 1970) return;
          onChoose(new Date(year, month - 1, day).toISOString());
        }}
        className="w-32 bg-transparent text-12 text-ink outline-none"
      />
    </label>
  );
}
