import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import type { Suggestion } from './complete';

export interface SuggestionsProps {
  readonly id: string;
  readonly items: readonly Suggestion[];
  /** -1: none is pointed at. */
  readonly place: number;
  readonly onTake: (suggestion: Suggestion) => void;
}

/** Below the field of the search, which keeps the focus. */
export function Suggestions({ id, items, place, onTake }: SuggestionsProps) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t('search.suggestions')}
      className="float-in absolute inset-x-0 top-full z-30 mt-1 rounded-lg border border-line bg-raised p-1 shadow-float"
    >
      {items.map((item, index) => (
        <div
          key={item.text}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === place}
          // The field keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(item)}
          className={cx(
            'flex min-h-8 items-center gap-3 rounded-md px-2 text-14 select-none hover:bg-hover pointer-coarse:min-h-11',
            index === place && 'bg-accent-soft',
          )}
        >
          <bdi dir="ltr" className="shrink-0 font-mono text-13">
            {item.text}
          </bdi>
          <span className="min-w-0 truncate text-13 text-muted">{item.name}</span>
        </div>
      ))}
      <p aria-hidden className="px-2 pt-1 pb-0.5 text-12 text-muted max-md:hidden">
        {t('search.suggestions_hint')}
      </p>
    </div>
  );
}
