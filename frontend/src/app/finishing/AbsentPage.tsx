/** Who went without finishing their shift, or works here no more, and still has chats. */
import { Link } from 'wouter';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Loaded } from '../settings/parts/Loaded';
import { paths } from '../paths';
import type { Absent } from './calls';
import { useAbsent } from './useFinish';

export default function AbsentPage() {
  const query = useAbsent();
  return (
    <main className="flex h-full min-h-0 flex-col overflow-y-auto bg-surface">
      <div className="mx-auto w-full max-w-3xl px-6 py-6 max-md:px-4">
        <h1 className="pb-4 text-20 font-semibold">{t('finishing.absent_title')}</h1>
        <Loaded query={query}>
          {(found) =>
            found.length === 0 ? (
              <EmptyState title={t('finishing.absent_empty')} text={t('finishing.absent_empty_text')} />
            ) : (
              <ul>
                {found.map((one) => (
                  <Row key={one.agent_id} one={one} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
    </main>
  );
}

function Row({ one }: { readonly one: Absent }) {
  const now = useMinute();
  const agent = useStore((state) => state.agents.get(one.agent_id));
  const name = agent?.name ?? '';
  const since =
    one.is_active && one.since !== null
      ? t('finishing.offline_since', { when: formatNear(one.since, now) })
      : t('finishing.gone');
  return (
    <li className="border-b border-line">
      <Link
        href={paths.finish(one.agent_id)}
        className="flex min-h-14 items-center gap-3 rounded-md px-2 py-2.5 hover:bg-hover"
      >
        <Avatar name={name} seed={one.agent_id} size={36} availability={one.is_active ? 'offline' : undefined} />
        <span className="min-w-0 flex-1">
          <bdi className="block truncate text-14 font-medium">{name}</bdi>
          <span className="block text-13 text-muted">{since}</span>
        </span>
        <span className="flex flex-col items-end text-13">
          <span>{t('finishing.chats_count', { count: one.chat_count })}</span>
          {one.waiting_count > 0 && (
            <span className="font-medium text-warn">{t('finishing.waiting_count', { count: one.waiting_count })}</span>
          )}
          {one.scheduled_count > 0 && (
            <span className="text-muted">{t('finishing.scheduled_count', { count: one.scheduled_count })}</span>
          )}
        </span>
      </Link>
    </li>
  );
}
