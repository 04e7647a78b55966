/** How many one has in hand against what one bears. Pure. */
import type { Routing } from '../types';

type Figures = Pick<Routing['agents'][number], 'capacity' | 'load' | 'day_customers' | 'day_messages'>;
type Limits = Pick<Routing['settings'], 'capacity' | 'day_customers' | 'day_messages'>;

export interface Load {
  readonly load: number;
  readonly bears: number;
  /** How many more than they bear; nought: none. */
  readonly over: number;
  /** More customers or messages today than the workspace thinks good. */
  readonly isLongDay: boolean;
}

export function loadOf(agent: Figures, limits: Required<Limits>): Load {
  const bears = agent.capacity ?? limits.capacity;
  const exceeds = (count: number, limit: number) => limit > 0 && count > limit;
  return {
    load: agent.load,
    bears,
    over: Math.max(0, agent.load - bears),
    isLongDay: exceeds(agent.day_customers, limits.day_customers) || exceeds(agent.day_messages, limits.day_messages),
  };
}

/** A list of choices in which the value that holds stands, too. */
export function withValue(choices: readonly number[], value: number): readonly number[] {
  return choices.includes(value) ? choices : [...choices, value].sort((a, b) => a - b);
}
