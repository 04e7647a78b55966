import { TriangleAlert } from 'lucide-react';
import { t } from '@/shared/i18n';
import { formatTime } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import type { RotaGap } from '../types';
import { dayKey } from './sheet';
import { dayText } from './words';

/** Business hours to come in which nobody of a team works. */
export function Gaps({ gaps, now }: { readonly gaps: readonly RotaGap[]; readonly now: number }) {
  const teams = useStore((state) => state.teams);
  const ahead = gaps.filter(({ ends_at }) => Date.parse(ends_at) > now);
  if (ahead.length === 0) return null;
  return (
    <section aria-label={t('rota.gaps')} className="rounded-lg border border-warn px-4 py-3">
      <h2 className="flex items-center gap-2 text-14 font-medium text-warn">
        <TriangleAlert aria-hidden size={16} strokeWidth={1.75} />
        {t('rota.gaps')}
      </h2>
      <ul className="mt-1.5 grid gap-x-6 gap-y-0.5 text-13 sm:grid-cols-2 xl:grid-cols-3">
        {ahead.map((gap) => (
          <li key={`${gap.team_id} ${gap.starts_at}`} className="tabular">
            {gapText(gap, teams.get(gap.team_id)?.name ?? '')}
          </li>
        ))}
      </ul>
    </section>
  );
}

function gapText({ starts_at, ends_at }: RotaGap, team: string): string {
  const isOneDay = dayKey(new Date(starts_at)) === dayKey(new Date(Date.parse(ends_at) - 1));
  if (isOneDay)
    return t('rota.gap', { team, day: dayText(starts_at), from: formatTime(starts_at), to: formatTime(ends_at) });
  const whole = (at: string) => `${dayText(at)}, ${formatTime(at)}`;
  return t('rota.gap_over', { team, from: whole(starts_at), to: whole(ends_at) });
}
