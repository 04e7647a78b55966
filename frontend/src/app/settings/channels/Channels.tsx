import { ChevronRight, Plus, Smartphone } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { paths } from '@/app/paths';
import { t } from '@/shared/i18n';
import { ChannelMark } from '@/shared/ui/Avatar';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Channel } from '../types';
import { HEALTH_SIGNS, healthOf } from './health';
import { useChannels, useChannelTypes } from './useChannels';

/** Every number and account through which customers write, and how it is. */
export function Channels() {
  const channels = useChannels();
  return (
    <Page
      group={t('settings.group.conversations')}
      title={t('settings.channels.title')}
      text={t('settings.channels.text')}
      action={<ConnectButton />}
    >
      <Loaded query={channels}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState title={t('settings.channels.empty')} text={t('settings.channels.empty_text')} />
          ) : (
            <Rows label={t('settings.channels.title')}>
              {items.map((channel) => (
                <ChannelRow key={channel.id} channel={channel} />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Page>
  );
}

function ChannelRow({ channel }: { readonly channel: Channel }) {
  const health = healthOf(channel);
  return (
    <Row
      start={
        channel.is_practice ? (
          <Smartphone aria-hidden size={16} strokeWidth={1.75} className="text-muted" />
        ) : (
          <ChannelMark type={channel.type} />
        )
      }
      title={
        <Link
          href={paths.settings(`channels/${channel.id}`)}
          className="truncate text-ink after:absolute after:inset-0 hover:underline"
        >
          <bdi>{channel.name}</bdi>
        </Link>
      }
      text={
        <>
          <bdi>{channel.display_address}</bdi>
          {health.line !== '' && <span className="block">{health.line}</span>}
        </>
      }
      end={
        <>
          <Badge state={health.state} icon={HEALTH_SIGNS[health.state]}>
            {health.word}
          </Badge>
          <ChevronRight aria-hidden size={16} strokeWidth={1.75} className="text-muted rtl:-scale-x-100" />
        </>
      }
    />
  );
}

function ConnectButton() {
  const types = useChannelTypes();
  const [, go] = useLocation();
  const connect = (type: string): void => go(paths.settings(`channels/connect/${type}`));
  const [only, ...others] = types.data ?? [];
  if (only === undefined) return null;
  if (others.length === 0) {
    return (
      <Button icon={Plus} onClick={() => connect(only.type)}>
        {t('settings.channels.connect_type', { type: only.name })}
      </Button>
    );
  }
  return (
    <Menu trigger={<Button icon={Plus}>{t('settings.channels.connect')}</Button>}>
      {(types.data ?? []).map(({ type, name }) => (
        <MenuItem key={type} onClick={() => connect(type)}>
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}
