import { Search } from 'lucide-react';
import { useRef, type RefObject } from 'react';
import { useCommands } from '@/shared/keys/keyboard';

export interface PeopleRows {
  readonly searchBox: RefObject<HTMLInputElement | null>;
  /** Of the table whose rows, each with a `data-row` to focus, are stepped through. */
  readonly body: RefObject<HTMLTableSectionElement | null>;
  /** The focus so many rows on; to the first where none has it. */
  readonly step: (by: number) => void;
}

/** The keys of a table that is searched: row by row, into the search, and out of it with nothing left in it. */
export function usePeopleRows(onSearch: (search: string) => void): PeopleRows {
  const searchBox = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const step = (by: number) => {
    const links = [...(body.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const place = links.indexOf(document.activeElement as HTMLElement);
    const next = links[place < 0 ? 0 : Math.min(links.length - 1, Math.max(0, place + by))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  useCommands({
    next: () => step(1),
    previous: () => step(-1),
    search: () => searchBox.current?.focus(),
    back: () => {
      if (document.activeElement !== searchBox.current) return false;
      onSearch('');
      step(0);
      return true;
    },
  });
  return { searchBox, body, step };
}

export interface PeopleSearchProps {
  readonly rows: PeopleRows;
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly label: string;
  readonly maxLength?: number;
}

/** The box over the table: what is typed finds at once, arrow down and Enter lead to what was found. */
export function PeopleSearch({ rows, search, onSearch, label, maxLength }: PeopleSearchProps) {
  return (
    <label className="flex h-8 min-w-40 flex-1 items-center gap-2 rounded-md border border-line-strong bg-raised px-2.5 has-focus-visible:outline-2 has-focus-visible:outline-accent max-md:order-last max-md:basis-full md:max-w-96 pointer-coarse:h-11">
      <Search aria-hidden size={14} strokeWidth={1.75} className="text-muted" />
      <input
        ref={rows.searchBox}
        type="search"
        dir="auto"
        maxLength={maxLength}
        value={search}
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={label}
        onChange={(event) => onSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault();
            rows.step(0);
          }
        }}
        className="h-full min-w-0 flex-1 bg-transparent text-14 outline-none placeholder:text-muted pointer-coarse:text-16"
      />
    </label>
  );
}
