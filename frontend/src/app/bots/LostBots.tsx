import { BotOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { request } from '@/shared/api/http';
import { onChanges } from '@/shared/feed/feed';
import { t } from '@/shared/i18n';
import { formatList } from '@/shared/i18n/format';
import type { components } from '@/shared/schema';
import { paths } from '../paths';

type Bot = components['schemas']['Bot'];

const TELLS = new Set(['token_revoked', 'routing_changed', 'agent_changed']);
/** That a token has expired nobody tells. */
const ASKED_EVERY_MS = 60_000;

/** Tells whoever can mend it that a channel names a bot which answers nobody. */
export default function LostBots() {
  const [lost, setLost] = useState<readonly Bot[]>([]);
  useEffect(() => {
    let isOver = false;
    const ask = () => {
      request<{ items: readonly Bot[] }>('GET', '/api/bots').then(
        ({ items }) => isOver || setLost(items.filter((bot) => !bot.is_alive)),
        () => undefined, // asked again soon
      );
    };
    ask();
    const timer = setInterval(ask, ASKED_EVERY_MS);
    const stop = onChanges(({ events }) => {
      if (events.some(({ kind }) => TELLS.has(kind))) ask();
    });
    return () => {
      isOver = true;
      clearInterval(timer);
      stop();
    };
  }, []);
  if (lost.length === 0) return null;
  return (
    <div
      role="status"
      className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-tint px-4 py-2 text-13 text-ink"
    >
      <BotOff aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-warn" />
      <p className="min-w-0 flex-1 basis-60">{t('bots.lost', { name: formatList(lost.map(({ name }) => name)) })}</p>
      <Link
        href={paths.settings('routing')}
        className="min-h-6 font-medium text-accent hover:underline pointer-coarse:min-h-11"
      >
        {t('bots.choose_again')}
      </Link>
    </div>
  );
}
