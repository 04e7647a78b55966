/** How a channel is, in one word and one line. */

import { CircleAlert, CircleCheck, CircleMinus, TriangleAlert } from 'lucide-react';
import { t } from '@/shared/i18n';
import { formatRelative } from '@/shared/i18n/format';
import type { Channel } from '../types';

export interface Health {
  readonly state: 'ok' | 'warn' | 'danger' | 'neutral';
  readonly word: string;
  readonly line: string;
}

/** The sign of each state, beside its word. */
export const HEALTH_SIGNS = {
  ok: CircleCheck,
  warn: TriangleAlert,
  danger: CircleAlert,
  neutral: CircleMinus,
} as const;

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
  const quality = gradeOf(channel);
  if (quality === 'low') {
    return { state: 'danger', word: t('settings.health.quality_low'), line: t('settings.health.quality_text') };
  }
  if (quality === 'medium') {
    return { state: 'warn', word: t('settings.health.quality_medium'), line: t('settings.health.quality_text') };
  }
  return { state: 'ok', word: t('settings.health.ok'), line: lastDelivery(channel) };
}

function lastDelivery(channel: Channel): string {
  const at = channel.health.last_delivery_at;
  return at ? t('settings.health.last_delivery', { when: formatRelative(at) }) : t('settings.health.no_delivery');
}

/** The provider's grade of the channel in words; undefined if it gives none. */
export function qualityOf(channel: Channel): string | undefined {
  const grade = gradeOf(channel);
  return grade === undefined ? undefined : t(`settings.quality.${grade}`);
}

const GRADES: Readonly<Record<string, 'high' | 'medium' | 'low'>> = {
  green: 'high',
  high: 'high',
  yellow: 'medium',
  medium: 'medium',
  red: 'low',
  low: 'low',
};

function gradeOf(channel: Channel): 'high' | 'medium' | 'low' | undefined {
  return GRADES[channel.health.quality?.toLowerCase() ?? ''];
}
