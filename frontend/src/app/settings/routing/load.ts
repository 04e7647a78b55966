/** How many one has in hand against what one bears. Pure. */
import type { Routing } from '../types';

type Figures = Pick<Routing['agents'][number], 'capacity' | 'load'>;
type Limits = Pick<Routing['settings'], 'capacity'>;

export interface Load {
  readonly load: number;
  readonly bears: number;
  /** How many more than they bear; nought: none. */
  readonly over: number;
}

export function loadOf(agent: Figures, limits: Required<Limits>): Load {
  const bears = agent.capacity ?? limits.capacity;
  return {
    load: agent.load,
    bears,
    over: Math.max(0, agent.load - bears),
  };
}

/** A list of choices in which the value that holds stands, too. */
export function withValue(choices: readonly number[], value: number): readonly number[] {
  return choices.includes(value) ? choices : [...choices, value].sort((a, b) => a - b);
}
