/** The filter behind an address: a saved view's, or the one of now, which lasts as long as the tab. */
import { useCallback, useState } from 'react';
import type { Filter, SavedView, Sorting } from '@/shared/api/types';
import { useStore } from '@/shared/store/store';
import { teamViewOf, type View } from '../paths';

const KEY = 'threadline-filter';

export interface FilterOfNow {
  readonly filter: Filter;
  readonly order: Sorting;
}

export function useFilterOfNow(): [FilterOfNow | null, (next: FilterOfNow) => void] {
  const [now, setNow] = useState(readFilter);
  const keep = useCallback((next: FilterOfNow) => {
    setNow(next);
    keepFilter(next);
  }, []);
  return [now, keep];
}

/** What `/inbox/filter` finds from now on, in this tab. */
export function keepFilter(next: FilterOfNow): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Private mode: it lasts as long as the page.
  }
}

export function useSavedView(view: View): SavedView | undefined {
  return useStore((state) =>
    view.startsWith('saved-') ? state.savedViews.find((saved) => view === `saved-${saved.id}`) : undefined,
  );
}

function readFilter(): FilterOfNow | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as FilterOfNow | null;
    return kept?.filter.kind === 'group' ? kept : null;
  } catch {
    return null;
  }
}

/** The same rows as a fixed view, said as a filter: where somebody begins who wants it a little different. */
export function filterOfView(view: View): Filter {
  const inWork = { kind: 'condition', field: 'state', operator: 'any_of', values: ['open', 'pending'] } as const;
  const all = (...of: NonNullable<Filter['of']>): Filter => ({ kind: 'group', match: 'all', of });
  const copy = { ...inWork, values: [...inWork.values] };
  if (view.startsWith('channel-')) {
    return all({ ...copy, values: ['open'] }, isOf('channel', 'any_of', [view.slice('channel-'.length)]));
  }
  const ofTeam = teamViewOf(view);
  if (ofTeam !== null) {
    const team = isOf('team', 'any_of', [ofTeam.teamId]);
    switch (ofTeam.of) {
      case 'waiting':
        return all(isOf('waiting', 'yes', []), team);
      case 'unassigned':
        return all(copy, team, isOf('assignee', 'empty', []));
      case 'open':
        return all(copy, team);
    }
  }
  switch (view) {
    case 'all':
      return all();
    case 'mine':
      return all(copy, isOf('assignee', 'any_of', ['me']));
    case 'unassigned':
      return all(copy, isOf('assignee', 'empty', []));
    case 'waiting':
      return all(isOf('waiting', 'yes', []));
    case 'failed':
      return all(isOf('not_delivered', 'yes', []));
    case 'snoozed':
    case 'resolved':
    case 'open':
      return all({ ...copy, values: [view] });
    default:
      return all({ ...copy, values: ['open'] });
  }
}

function isOf(field: string, operator: 'any_of' | 'empty' | 'yes', values: string[]) {
  return { kind: 'condition' as const, field, operator, values };
}
