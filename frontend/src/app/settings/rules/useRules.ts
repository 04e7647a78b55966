import { useQuery } from '@tanstack/react-query';
import type { Rule, RuleList } from '@/app/rules/types';
import { request } from '@/shared/api/http';
import { useOrder, useRefreshAfter, useRefreshOn } from '../parts/lists';

const KEY = ['rules'] as const;
const TELLS = new Set(['rule_changed', 'label_deleted', 'team_deleted', 'field_changed', 'stage_changed']);

/** What the desk does by itself, in its order; asked for again when somebody changes it or what it names. */
export function useRules() {
  useRefreshOn(KEY, TELLS);
  return useQuery({ queryKey: KEY, queryFn: () => request<RuleList>('GET', '/api/rules') });
}

export type RuleBody = Pick<Rule, 'name' | 'trigger' | 'filter' | 'acts'>;

export function bodyOf({ name, trigger, filter, acts }: RuleBody): RuleBody {
  return { name, trigger, filter, acts };
}

/** Every change of the list; each can be taken back by another one. */
export function useRuleChanges() {
  const told = useRefreshAfter(KEY);
  const { order, place } = useOrder(KEY, (ids) => request('PUT', '/api/rules/order', { body: { rule_ids: ids } }));
  const create = (rule: RuleBody & { readonly is_on: boolean }) =>
    told(request<Rule>('POST', '/api/rules', { body: { ...bodyOf(rule), is_on: rule.is_on } }));
  return {
    create,
    order,
    change: (id: string, rule: RuleBody) => told(request<Rule>('PATCH', `/api/rules/${id}`, { body: bodyOf(rule) })),
    turn: (id: string, is_on: boolean) => told(request<Rule>('PATCH', `/api/rules/${id}`, { body: { is_on } })),
    rollBack: (id: string, version: number) =>
      told(request<Rule>('POST', `/api/rules/${id}/restore`, { body: { version } })),
    remove: (id: string) => told(request('DELETE', `/api/rules/${id}`)),
    /** One that was deleted, in its old place, under a new id. */
    restore: async (rule: Rule, at: number) => place((await create(rule)).id, at),
  };
}

export type RuleChanges = ReturnType<typeof useRuleChanges>;
