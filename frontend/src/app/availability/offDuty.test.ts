import { beforeEach, expect, test, vi } from 'vitest';
import type { Agent } from '@/shared/api/types';
import { loadLocale } from '@/shared/i18n';
import { hindranceText } from './offDuty';

const ANA = { id: 'ana', availability: 'busy', away_reason: 'lunch' } as Agent;

beforeEach(() => loadLocale('en'));

test('who is off says until when, and else why they may not answer soon', () => {
  vi.setSystemTime(new Date(2026, 10, 27, 12));
  const monday = new Date(2026, 10, 30, 9).toISOString();
  expect(hindranceText(ANA, new Map())).toBe('Busy: Lunch');
  expect(hindranceText(ANA, new Map([['ana', monday]]))).toMatch(/^Off until Mon.*0?9:00/);
  expect(hindranceText(ANA, new Map([['ana', null]]))).toBe('Not on shift');
  expect(hindranceText({ ...ANA, availability: 'online' }, new Map())).toBe('');
  vi.useRealTimers();
});
