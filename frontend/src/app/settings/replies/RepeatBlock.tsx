import { useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import { formatSpan } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { Select } from '@/shared/ui/Select';
import { act } from '../act';
import { Block } from '../parts/Page';
import { workspaceQuery } from '../SendingBanner';
import type { Workspace } from '../types';

const CUSTOMERS = [0, 3, 5, 10, 20, 50, 100] as const;
const MINUTES = [1, 5, 10, 30, 60, 240] as const;

type RepeatSettings = Partial<Pick<Workspace['settings'], 'repeat_customers' | 'repeat_minutes'>>;

/** After how many customers one text is too much of the same. Saved at once, with undo. */
export function RepeatBlock() {
  const queries = useQueryClient();
  const { data } = useQuery(workspaceQuery);
  const mayChange = useSignedIn().agent.permissions.includes('workspace:change');
  if (!data) return null;
  const { repeat_customers: customers = 10, repeat_minutes: minutes = 10 } = data.settings;
  const patch = async (settings: RepeatSettings) => {
    await request('PATCH', '/api/workspace', { body: { settings } });
    await queries.invalidateQueries({ queryKey: ['workspace'] });
  };
  const change = (settings: RepeatSettings, before: RepeatSettings) =>
    void act(() => patch(settings), { done: t('common.saved'), undo: () => void act(() => patch(before)) });
  return (
    <Block title={t('settings.replies.repeat')} text={t('replies.repeat_text')}>
      <Select
        label={t('replies.repeat_customers')}
        value={String(customers)}
        disabled={!mayChange}
        options={withValue(CUSTOMERS, customers).map((value) => ({
          value: String(value),
          label: value === 0 ? t('replies.repeat_never') : formatNumber(value),
        }))}
        onValueChange={(value) => change({ repeat_customers: Number(value) }, { repeat_customers: customers })}
      />
      <Select
        label={t('replies.repeat_minutes')}
        value={String(minutes)}
        disabled={!mayChange || customers === 0}
        options={withValue(MINUTES, minutes).map((value) => ({
          value: String(value),
          label: formatSpan(value * 60_000),
        }))}
        onValueChange={(value) => change({ repeat_minutes: Number(value) }, { repeat_minutes: minutes })}
      />
    </Block>
  );
}

function withValue(choices: readonly number[], value: number): readonly number[] {
  return choices.includes(value) ? choices : [...choices, value].sort((a, b) => a - b);
}
