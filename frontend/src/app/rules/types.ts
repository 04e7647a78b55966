import type { Filter } from '@/shared/api/types';
import type { components } from '@/shared/schema';

type Schemas = components['schemas'];

export type Trigger = Required<Schemas['Trigger']>;
export type Occasion = Trigger['on'];
export type Rule = Required<Omit<Schemas['AutomationRule'], 'filter' | 'trigger'>> & {
  readonly filter: Filter;
  readonly trigger: Trigger;
};
export type RuleList = { readonly items: readonly Rule[] };
export type RuleVersion = Omit<Schemas['RuleVersionRow'], 'filter' | 'trigger'> & {
  readonly filter: Filter;
  readonly trigger: Trigger;
};
export type RuleRun = Schemas['RuleRun'];
export type RuleTrial = Schemas['RuleTrial'];
export type RuleRunPage = Schemas['RuleRunList'];
