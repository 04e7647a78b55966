import { useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from '@/shared/api/http';
import { formatSpan } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { Select } from '@/shared/ui/Select';
import { act } from '../act';
import { Block } from '../parts/Page';
import { workspaceQuery } from '../SendingBanner';
import type { Manners } from './types';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

const USUAL: Manners = { wait_s: 4, quiet_min: 15, silence_days: 30, most_per_hour: 3 };
const CHOICES: Readonly<Record<keyof Manners, readonly number[]>> = {
  wait_s: [1, 2, 4, 8, 15, 30, 60],
  quiet_min: [0, 5, 15, 30, 60, 240, 1440],
  silence_days: [0, 1, 7, 14, 30, 90, 365],
  most_per_hour: [1, 2, 3, 5, 10],
};

/** When they are said, and when rather not: for all of them. */
export function MannersBlock() {
  const queries = useQueryClient();
  const { data } = useQuery(workspaceQuery);
  const manners: Manners = { ...USUAL, ...data?.settings.automatic };

  async function put(automatic: Partial<Manners>): Promise<void> {
    await request('PATCH', '/api/workspace', { body: { settings: { automatic } } });
    await queries.invalidateQueries({ queryKey: ['workspace'] });
  }

  function choose(name: keyof Manners, value: number): void {
    const before = { [name]: manners[name] };
    void act(() => put({ [name]: value }), {
      done: t('common.saved'),
      undo: () => void act(() => put(before), { done: t('automatic.undone') }),
    });
  }

  return (
    <Block title={t('automatic.manners')} text={t('automatic.manners_text')}>
      {(Object.keys(CHOICES) as (keyof Manners)[]).map((name) => (
        <Select
          key={name}
          label={t(`automatic.${name}`)}
          hint={t(`automatic.${name}_hint`)}
          value={String(manners[name])}
          disabled={data === undefined}
          options={withValue(CHOICES[name], manners[name]).map((value) => ({
            value: String(value),
            label: wordOf(name, value),
          }))}
          onValueChange={(value) => choose(name, Number(value))}
          className="max-w-110"
        />
      ))}
    </Block>
  );
}

function wordOf(name: keyof Manners, value: number): string {
  switch (name) {
    case 'wait_s':
      return t('automatic.seconds', { count: value });
    case 'quiet_min':
      return value === 0 ? t('automatic.at_once') : formatSpan(value * MINUTE_MS);
    case 'silence_days':
      return value === 0 ? t('automatic.first_only') : t('automatic.days', { count: value });
    case 'most_per_hour':
      return t('automatic.messages', { count: value });
  }
}

function withValue(choices: readonly number[], value: number): readonly number[] {
  return choices.includes(value) ? choices : [...choices, value].sort((one, other) => one - other);
}
