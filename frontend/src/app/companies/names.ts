/** Names of companies by their ids, for what kept ids only: asked for once, forgotten with the session. */
import { useEffect, useReducer } from 'react';
import { onSessionEnd } from '@/shared/api/session';
import type { Id } from '@/shared/api/types';
import { fetchCompany, type CompanyName } from './calls';

const names = new Map<Id, string>();
const asked = new Set<Id>();
onSessionEnd(() => {
  names.clear();
  asked.clear();
});

export function keepCompanyName({ id, name }: CompanyName): void {
  names.set(id, name);
  asked.add(id);
}

/** Those that are known; one that is gone, or not seen, never comes. */
export function useCompanyNames(ids: readonly Id[]): ReadonlyMap<Id, string> {
  const [, again] = useReducer((count: number) => count + 1, 0);
  const wanted = ids.join(' ');
  useEffect(() => {
    for (const id of wanted.split(' ')) {
      if (id === '' || asked.has(id)) continue;
      asked.add(id);
      fetchCompany(id).then(
        (company) => {
          keepCompanyName(company);
          again();
        },
        () => undefined,
      );
    }
  }, [wanted]);
  return names;
}
