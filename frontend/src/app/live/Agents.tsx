/** Each agent: whether they are there, what they have in hand, whom they let wait. */
import type { LiveAgent } from '@/shared/api/types';
import { formatSpan } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { availabilityText } from '../availability/words';
import { behindLoad, behindWaitingOf, shownAgents, squaresOf, type Square } from './figures';
import { ListLink } from './ListLink';
import { formatTick } from './times';

const MINUTE_MS = 60_000;
const MOST_SQUARES = 10;

const SQUARES: Readonly<Record<Square, string>> = {
  late: 'bg-danger',
  pressing: 'bg-warn',
  waiting: 'bg-accent',
  answered: 'bg-line-strong',
  free: 'border border-line-strong',
};

export interface AgentsProps {
  readonly agents: readonly LiveAgent[];
  readonly activeMin: number;
  readonly now: number;
}

export function Agents({ agents, activeMin, now }: AgentsProps) {
  const shown = shownAgents(agents);
  const away = agents.length - shown.length;
  return (
    <section aria-label={t('live.agents')}>
      <h2 className="flex h-[42px] items-center gap-2 border-b border-line px-6 text-14 font-semibold max-md:px-4">
        {t('live.agents')} <span className="tabular font-normal text-muted">{formatNumber(shown.length)}</span>
        <span className="ms-auto flex gap-3 text-12 font-normal text-muted max-[1500px]:hidden max-xl:flex max-md:hidden">
          {(['late', 'pressing', 'waiting', 'answered'] as const).map((square) => (
            <span key={square} className="flex items-center gap-1.5">
              <span aria-hidden className={cx('size-2.5 rounded-[2px]', SQUARES[square])} />
              {t(`live.square_${square}`)}
            </span>
          ))}
        </span>
      </h2>
      <ul>
        {shown.map((agent) => (
          <AgentRow key={agent.id} agent={agent} activeMin={activeMin} now={now} />
        ))}
      </ul>
      {away > 0 && <p className="px-6 py-3 text-13 text-muted max-md:px-4">{t('live.away', { number: away })}</p>}
    </section>
  );
}

function AgentRow({ agent, activeMin, now }: Omit<AgentsProps, 'agents'> & { readonly agent: LiveAgent }) {
  const name = useStore((state) => state.agents.get(agent.id)?.name ?? '');
  const squares = squaresOf(agent).slice(0, MOST_SQUARES);
  const over = agent.load - agent.capacity;
  return (
    <li className="flex h-[62px] items-center gap-3 border-b border-line px-6 max-md:px-4">
      <Avatar name={name} seed={agent.id} availability={agent.availability} ground="canvas" />
      <span className="flex min-w-0 flex-1 flex-col">
        <bdi className="truncate text-14 font-medium">{name}</bdi>
        <span className="tabular truncate text-13 text-muted">{standing(agent, now)}</span>
      </span>
      <span className="flex shrink-0 flex-col items-end gap-1">
        <ListLink
          to={behindLoad(agent.id, activeMin)}
          label={t('live.load', { name, load: agent.load, capacity: agent.capacity })}
          className="-m-1 flex min-h-6 items-center gap-1 rounded-md p-1 hover:bg-hover pointer-coarse:min-h-11"
        >
          {squares.map((square, index) => (
            <span key={index} aria-hidden className={cx('size-3.5 rounded-[3px]', SQUARES[square])} />
          ))}
          <span aria-hidden className="tabular min-w-8 text-end text-13 text-muted">
            {agent.load}/{agent.capacity}
          </span>
        </ListLink>
        <span className="tabular flex h-4 items-center gap-2 text-12">
          {agent.is_day_full && <span className="font-medium text-warn">{t('live.day_full')}</span>}
          {over > 0 && <span className="font-medium text-warn">{t('live.over', { number: over })}</span>}
          {agent.longest_waiting_since !== null && (
            <ListLink
              to={behindWaitingOf(agent.id)}
              label={t('live.waits_for', {
                name,
                number: agent.waiting,
                span: formatTick(now - Date.parse(agent.longest_waiting_since)),
              })}
              className={cx('hover:underline', agent.late > 0 ? 'text-danger' : agent.pressing > 0 ? 'text-warn' : '')}
            >
              {formatTick(now - Date.parse(agent.longest_waiting_since))}
            </ListLink>
          )}
        </span>
      </span>
    </li>
  );
}

/** "Online, last answer 6 min ago"; "Busy: Lunch, for 12 min". */
function standing(agent: LiveAgent, now: number): string {
  const state = availabilityText(agent);
  const at = agent.availability === 'online' ? agent.answered_at : agent.available_since;
  if (at === null) return state;
  const ms = now - Date.parse(at);
  if (agent.availability !== 'online') return ms < MINUTE_MS ? state : t('live.for', { state, span: formatSpan(ms) });
  return ms < MINUTE_MS ? t('live.answered_now', { state }) : t('live.answered', { state, span: formatSpan(ms) });
}
