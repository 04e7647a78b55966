import { useEffect, useId, useState, type KeyboardEvent } from 'react';
import { request } from '@/shared/api/http';
import type { ContactRow, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { cx } from '@/shared/ui/cx';

const ASK_AFTER_MS = 150;

export interface PickContactProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  /** Who is not offered. */
  readonly exceptId?: Id;
  readonly onClose: () => void;
  readonly onPick: (contact: ContactRow) => void;
}

/** Finds somebody by name or number: letters, arrows, Enter chooses, Enter again does it. */
export default function PickContact({ title, text, action, exceptId, onClose, onPick }: PickContactProps) {
  const [search, setSearch] = useState('');
  const [found, setFound] = useState<readonly ContactRow[]>([]);
  const [place, setPlace] = useState(0);
  const [chosen, setChosen] = useState<ContactRow>();
  const [error, setError] = useState<string>();
  const id = useId();
  const rows = search.trim() === '' ? [] : found;

  useEffect(() => {
    const wanted = search.trim();
    if (wanted === '') return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      request<{ items: ContactRow[] }>('GET', '/api/contacts', {
        query: { search: wanted, limit: 20 },
        signal: stop.signal,
      }).then(
        ({ items }) => {
          setFound(items.filter((one) => one.id !== exceptId));
          setPlace(0);
          setError(undefined);
        },
        (reason: unknown) => !stop.signal.aborted && setError(problemText(reason)),
      );
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [search, exceptId]);

  const pick = () => {
    if (!chosen) return;
    onClose();
    onPick(chosen);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') setPlace(Math.min(rows.length - 1, place + 1));
    else if (event.key === 'ArrowUp') setPlace(Math.max(0, place - 1));
    else if (event.key === 'Enter' && chosen) pick();
    else if (event.key === 'Enter' && rows[place]) setChosen(rows[place]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={title}
      description={text}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="filled" disabled={!chosen} onClick={pick}>
            {action}
          </Button>
        </>
      }
    >
      <input
        autoFocus
        dir="auto"
        role="combobox"
        aria-expanded={rows.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={rows[place] && `${id}-${place}`}
        aria-label={t('contacts.search')}
        placeholder={t('contacts.search')}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setChosen(undefined);
        }}
        onKeyDown={onKeyDown}
        className="h-8 w-full rounded-md border border-line-strong bg-raised px-2.5 text-14 placeholder:text-muted pointer-coarse:h-11 pointer-coarse:text-16"
      />
      <div id={`${id}-list`} role="listbox" aria-label={t('contacts.title')} className="flex flex-col empty:hidden">
        {rows.map((row, index) => (
          <div
            key={row.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={row.id === chosen?.id}
            onClick={() => setChosen(row)}
            onPointerMove={() => setPlace(index)}
            className={cx(
              'flex min-h-11 items-center gap-3 rounded-md border px-2 select-none',
              row.id === chosen?.id ? 'border-accent' : 'border-transparent',
              index === place && 'bg-accent-soft',
            )}
          >
            <Avatar name={row.name} seed={row.id} size={28} />
            <span className="min-w-0">
              <bdi className="block truncate text-14">{row.name || t('contacts.nameless')}</bdi>
              <bdi className="block truncate text-12 text-muted">{row.phone || row.email || row.handle}</bdi>
            </span>
          </div>
        ))}
      </div>
      {search.trim() !== '' && rows.length === 0 && error === undefined && (
        <p className="text-13 text-muted">{t('contacts.not_found')}</p>
      )}
      {error !== undefined && <InlineError>{error}</InlineError>}
    </Dialog>
  );
}
