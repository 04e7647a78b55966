import { describe, expect, it } from 'vitest';
import { datesOf, dayAfter, isPastMidnight, nextPeriod, periodOf, runsOf, undoOf, withCopies, withDay } from './week';

const period = (from: number, to: number) => ({ from_minute: from * 60, to_minute: to * 60 });

describe('periods', () => {
  it('end on the next day if their end is not after their beginning', () => {
    expect(periodOf(540, 1020)).toEqual(period(9, 17));
    expect(periodOf(1080, 120)).toEqual(period(18, 26));
    expect(periodOf(0, 0)).toEqual(period(0, 24));
    expect(periodOf(540, 540)).toEqual(period(9, 33));
  });

  it('that end with the day are not past midnight', () => {
    expect(isPastMidnight(period(18, 24))).toBe(false);
    expect(isPastMidnight(period(18, 26))).toBe(true);
  });

  it('are added after a pause, as long as the day has room', () => {
    expect(nextPeriod([])).toEqual(period(9, 17));
    expect(nextPeriod([period(9, 12)])).toEqual(period(13, 18));
    expect(nextPeriod([period(9, 20)])).toEqual(period(21, 22));
    expect(nextPeriod([period(9, 22)])).toEqual(period(23, 24));
    expect(nextPeriod([period(9, 23)])).toBeUndefined();
    expect(nextPeriod([period(18, 26)])).toBeUndefined();
  });

  it('of a day stand in order', () => {
    const week = withDay([[], []], 1, [period(13, 17), period(9, 12)]);
    expect(week).toEqual([[], [period(9, 12), period(13, 17)]]);
  });

  it('are copied to the days one names', () => {
    expect(withCopies([[period(9, 17)], [], [period(8, 9)]], 0, [0, 1])).toEqual([
      [period(9, 17)],
      [period(9, 17)],
      [period(8, 9)],
    ]);
  });
});

describe('special days', () => {
  const off = (day: string, name = '') => ({ day, name, periods: [] });

  it('in a row, of one name and the same hours, are told as one', () => {
    const days = [
      off('2026-12-24', 'Eve'),
      off('2026-12-30', 'Break'),
      off('2026-12-31', 'Break'),
      off('2027-01-01', 'Break'),
      { ...off('2027-01-02', 'Break'), periods: [period(9, 12)] },
    ];
    expect(runsOf(days).map(({ first, last }) => [first, last])).toEqual([
      ['2026-12-24', '2026-12-24'],
      ['2026-12-30', '2027-01-01'],
      ['2027-01-02', '2027-01-02'],
    ]);
  });

  it('are counted over the ends of months and years', () => {
    expect(datesOf('2027-02-27', '2027-03-01')).toEqual(['2027-02-27', '2027-02-28', '2027-03-01']);
    expect(datesOf('2027-03-02', '2027-03-01')).toEqual([]);
    expect(datesOf('', '')).toEqual([]);
    expect(datesOf('2027-01-01', '9999-01-01')).toHaveLength(366);
    expect(dayAfter('2026-12-31')).toBe('2027-01-01');
  });

  it('are taken back to what was there', () => {
    const before = [off('2026-12-24', 'Eve'), off('2026-12-26')];
    const change = { set_days: [off('2026-12-24', 'New'), off('2026-12-25')], remove_days: ['2026-12-26'] };
    const undo = undoOf(before, change);
    expect(undo.set_days).toEqual(before);
    expect(undo.remove_days).toEqual(['2026-12-25']);
  });
});
