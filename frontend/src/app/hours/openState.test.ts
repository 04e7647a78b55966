import { describe, expect, it } from 'vitest';
import { nextChangeMs, openStateOf } from './openState';

const OPEN = { is_open: true, opens_at: null, closes_at: '2026-11-27T17:00:00Z' };
const CLOSED = { is_open: false, opens_at: '2026-11-28T09:00:00Z', closes_at: null };
const NEVER = { is_open: false, opens_at: null, closes_at: null };
const STATES = {
  items: [
    { id: 'shop', name: 'Shop', now: OPEN },
    { id: 'office', name: 'Office', now: CLOSED },
    { id: 'never', name: 'Never', now: NEVER },
  ],
  default_id: 'never',
  channels: { phone: 'shop' },
  teams: { sales: 'office' },
};

describe('the hours of a conversation', () => {
  it('are those of its team, else of its channel, else of the workspace', () => {
    expect(openStateOf(STATES, 'sales', 'phone')).toBe(CLOSED);
    expect(openStateOf(STATES, 'other', 'phone')).toBe(OPEN);
    expect(openStateOf(STATES, null, 'phone')).toBe(OPEN);
    expect(openStateOf(STATES, null, 'mail')).toBe(NEVER);
    expect(openStateOf({ ...STATES, default_id: null }, null, 'mail')).toBeUndefined();
  });

  it('are asked for again right after one of them changes, and every hour', () => {
    const at = (time: string) => nextChangeMs(STATES, Date.parse(time));
    expect(at('2026-11-27T16:59:00Z')).toBe(62_000);
    expect(at('2026-11-27T17:00:30Z')).toBe(2_000);
    expect(at('2026-11-27T12:00:00Z')).toBe(3_600_000);
    expect(nextChangeMs({ ...STATES, items: [] }, 0)).toBe(3_600_000);
  });
});
