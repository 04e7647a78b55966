/** The queue of each team. */
import type { Id, Live } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { LabelDot } from '@/shared/ui/LabelMark';
import { cx } from '@/shared/ui/cx';
import { teamsByName } from '../teams/teams';
import { behindFigure, EVERYWHERE, NO_TEAM, sumOf, type FigureName, type Scope } from './figures';
import { ListLink } from './ListLink';
import { formatTick } from './times';

export function Teams({ live, scope, now }: { readonly live: Live; readonly scope: Scope; readonly now: number }) {
  const teams = useStore((state) => state.teams);
  const hasTeamless = live.groups.some(({ team_id }) => team_id === null);
  const shown = [
    ...teamsByName(teams).map(({ id, name, colour, member_ids }) => ({ id, name, colour, members: member_ids })),
    ...(hasTeamless && teams.size > 0 ? [{ id: NO_TEAM, name: t('team.none'), colour: null, members: null }] : []),
  ].filter(({ id }) => scope.teamId === EVERYWHERE || scope.teamId === id);
  if (shown.length === 0) return null;
  return (
    <section aria-label={t('live.teams')} className="border-b border-line">
      <table className="w-full table-fixed text-14">
        <thead>
          <tr className="h-[42px] border-b border-line text-end text-12 text-muted">
            <th scope="col" className="ps-6 text-start text-14 font-semibold text-ink max-md:ps-4">
              {t('live.teams')}
            </th>
            <Head>{t('live.column_waiting')}</Head>
            <Head>{t('live.column_oldest')}</Head>
            <Head>{t('live.column_unassigned')}</Head>
            <th scope="col" className="w-20 truncate pe-6 ps-2 text-end font-normal max-md:hidden">
              {t('live.column_online')}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ id, name, colour, members }) => {
            const own: Scope = { ...scope, teamId: id };
            const sums = sumOf(live.groups, own);
            const isLate = sums.late > 0;
            const cell = (figure: FigureName, text: string, look?: string) => (
              <td className="p-0 text-end">
                <ListLink
                  to={behindFigure(figure, own)}
                  label={t('live.of_team', { team: name, figure: t(`live.figure_${figure}`), value: text })}
                  className={cx('tabular flex h-11 items-center justify-end px-2 hover:bg-hover', look)}
                >
                  {text}
                </ListLink>
              </td>
            );
            return (
              <tr key={id} className="border-b border-line last:border-0">
                <th scope="row" className="ps-6 text-start font-medium max-md:ps-4">
                  <span className="flex items-center gap-2">
                    {colour !== null && <LabelDot colour={colour} />}
                    <bdi className="truncate">{name}</bdi>
                  </span>
                </th>
                {cell('waiting', formatNumber(sums.waiting), sums.waiting > 0 ? 'font-semibold' : 'text-muted')}
                {cell(
                  'oldest',
                  sums.longestSince === null ? '–' : formatTick(now - Date.parse(sums.longestSince)),
                  isLate ? 'font-semibold text-danger' : sums.pressing > 0 ? 'font-semibold text-warn' : undefined,
                )}
                {cell('unassigned', formatNumber(sums.unassigned), sums.unassigned > 0 ? undefined : 'text-muted')}
                <td className="tabular pe-6 ps-2 text-end text-muted max-md:hidden">
                  {members === null ? '' : t('live.online_of', { online: onlineOf(live, members), of: members.length })}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Head({ children }: { readonly children: string }) {
  return (
    <th scope="col" className="w-20 truncate px-2 text-end font-normal">
      {children}
    </th>
  );
}

function onlineOf(live: Live, members: readonly Id[]): number {
  return live.agents.filter(({ id, availability }) => availability === 'online' && members.includes(id)).length;
}
