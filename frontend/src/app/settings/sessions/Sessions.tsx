import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Monitor, Smartphone } from 'lucide-react';
import { request } from '@/shared/api/http';
import { signOut } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { formatRelative } from '@/shared/i18n/format';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { SignInSession } from '../types';

/** Where this person is signed in; any of it ends with one press. */
export function Sessions() {
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['sessions'],
    queryFn: () => request<{ items: SignInSession[] }>('GET', '/api/sessions'),
  });

  async function end(session: SignInSession): Promise<void> {
    if (session.is_current) {
      await signOut();
      return;
    }
    await act(() => request('DELETE', `/api/sessions/${session.id}`), { done: t('settings.sessions.ended') });
    await queries.invalidateQueries({ queryKey: ['sessions'] });
  }

  return (
    <Page group={t('settings.group.you')} title={t('settings.sessions.title')} text={t('settings.sessions.text')}>
      <Loaded query={query}>
        {({ items }) => (
          <Rows label={t('settings.sessions.title')}>
            {items.map((session) => (
              <SessionRow key={session.id} session={session} onEnd={() => void end(session)} />
            ))}
          </Rows>
        )}
      </Loaded>
    </Page>
  );
}

function SessionRow({ session, onEnd }: { readonly session: SignInSession; readonly onEnd: () => void }) {
  const Icon = /Mobile|Android|iPhone|iPad/.test(session.user_agent) ? Smartphone : Monitor;
  return (
    <Row
      start={<Icon aria-hidden size={16} strokeWidth={1.75} className="text-muted" />}
      title={
        <>
          <bdi className="truncate">{deviceName(session.user_agent)}</bdi>
          {session.is_current && <Badge state="accent">{t('settings.sessions.this')}</Badge>}
        </>
      }
      text={t('settings.sessions.line', { address: session.address, when: formatRelative(session.last_seen_at) })}
      end={
        <Button size="small" onClick={onEnd}>
          {session.is_current ? t('settings.sessions.sign_out') : t('settings.sessions.sign_out_there')}
        </Button>
      }
    />
  );
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;

const SYSTEMS = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** "Firefox, Linux" out of what the browser calls itself; its own words if they are of none we know. */
export function deviceName(userAgent: string): string {
  const browser = BROWSERS.find(([sign]) => userAgent.includes(sign))?.[1];
  const system = SYSTEMS.find(([sign]) => userAgent.includes(sign))?.[1];
  if (browser === undefined) return userAgent.split(' ')[0] || t('settings.sessions.unknown');
  return system === undefined ? browser : `${browser}, ${system}`;
}
