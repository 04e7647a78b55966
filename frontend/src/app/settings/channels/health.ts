/** How a channel is, in one word and one line. */

import { t } from '@/shared/i18n';
import { formatRelative } from '@/shared/i18n/format';
import type { Channel } from '../types';

export interface Health {
  readonly state: 'ok' | 'warn' | 'danger' | 'neutral';
  readonly word: string;
  readonly line: string;
}

export function healthOf(channel: Channel): Health {
  const { health } = channel;
  if (channel.state === 'disconnected') return { state: 'neutral', word: t('settings.health.disconnected'), line: '' };
  if (channel.state === 'paused') {
    return {
      state: 'warn',
      word: t('settings.health.paused'),
      line: channel.paused_reason || t('settings.health.paused_text'),
    };
  }
  if (health.last_error) return { state: 'danger', word: t('settings.health.error'), line: health.last_error };
  const quality = health.quality?.toLowerCase();
  if (quality === 'red' || quality === 'low') {
    return { state: 'danger', word: t('settings.health.quality_low'), line: t('settings.health.quality_text') };
  }
  if (quality === 'yellow' || quality === 'medium') {
    return { state: 'warn', word: t('settings.health.quality_medium'), line: t('settings.health.quality_text') };
  }
  return { state: 'ok', word: t('settings.health.ok'), line: lastDelivery(channel) };
}

function lastDelivery(channel: Channel): string {
  const at = channel.health.last_delivery_at;
  return at ? t('settings.health.last_delivery', { when: formatRelative(at) }) : t('settings.health.no_delivery');
}
