/** A task by its pattern: letters find it, arrows walk, Enter takes it, and the task stands there filled in. */
import { ListChecks, Phone } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { Link } from 'wouter';
import { fetchTaskPatterns } from '@/shared/api/calls';
import type { TaskPattern } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { cx } from '@/shared/ui/cx';
import { paths } from '../paths';
import { findPatterns } from './patterns';

export interface PatternPickerProps {
  readonly onPick: (pattern: TaskPattern) => void;
  readonly onClose: () => void;
}

export default function PatternPicker({ onPick, onClose }: PatternPickerProps) {
  const [patterns, setPatterns] = useState<readonly TaskPattern[] | null>(null);
  const [typed, setTyped] = useState('');
  const [place, setPlace] = useState(0);
  const [error, setError] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  useEffect(() => {
    let isCurrent = true;
    fetchTaskPatterns().then(
      (found) => isCurrent && setPatterns(found),
      (problem: unknown) => isCurrent && setError(problemText(problem)),
    );
    return () => {
      isCurrent = false;
    };
  }, []);
  const found = findPatterns(patterns ?? [], typed);
  const active = found[Math.min(place, found.length - 1)];
  const walk = (by: number) => {
    const next = Math.max(0, Math.min(found.length - 1, place + by));
    setPlace(next);
    const row = found[next];
    if (row) document.getElementById(`${listId}-${row.id}`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') walk(1);
    else if (event.key === 'ArrowUp') walk(-1);
    else if (event.key === 'Enter') {
      if (active) onPick(active);
    } else return;
    event.preventDefault();
  };
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} title={t('task.by_pattern')} initialFocus={field}>
      <TextField
        ref={field}
        label={t('task.find_pattern')}
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={listId}
        aria-activedescendant={active && `${listId}-${active.id}`}
        autoComplete="off"
        value={typed}
        onValueChange={(next) => {
          setTyped(next);
          setPlace(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        id={listId}
        role="listbox"
        aria-label={t('task.patterns')}
        className="-mx-2 flex max-h-72 flex-col gap-0.5 overflow-y-auto empty:hidden"
      >
        {found.map((pattern, index) => (
          <div
            key={pattern.id}
            id={`${listId}-${pattern.id}`}
            role="option"
            aria-selected={pattern === active}
            onPointerMove={() => setPlace(index)}
            onClick={() => onPick(pattern)}
            className={cx(
              'flex min-h-11 shrink-0 items-center gap-3 rounded-md px-2 py-1 select-none',
              pattern === active && 'bg-accent-soft',
            )}
          >
            <span className="min-w-0 flex-1">
              <bdi className="block truncate text-14 font-medium">{pattern.name}</bdi>
              {pattern.title !== pattern.name && (
                <bdi className="block truncate text-12 text-muted">{pattern.title}</bdi>
              )}
            </span>
            {pattern.checklist.length > 0 && (
              <span className="tabular flex shrink-0 items-center gap-1 text-12 text-muted">
                <ListChecks aria-label={t('task.checklist')} role="img" size={14} strokeWidth={1.75} />
                {pattern.checklist.length}
              </span>
            )}
            {pattern.kind === 'call_back' && (
              <Phone
                aria-label={t('task.call_back')}
                role="img"
                size={14}
                strokeWidth={1.75}
                className="shrink-0 text-muted"
              />
            )}
          </div>
        ))}
      </div>
      {patterns !== null && found.length === 0 && (
        <p className="text-13 text-muted">
          {patterns.length === 0 ? t('task.no_patterns') : t('task.pattern_not_found')}{' '}
          {patterns.length === 0 && (
            <Link href={paths.settings('tasks')} onClick={onClose} className="font-medium text-accent hover:underline">
              {t('task.write_pattern')}
            </Link>
          )}
        </p>
      )}
      {error !== '' && <InlineError>{error}</InlineError>}
    </Dialog>
  );
}
