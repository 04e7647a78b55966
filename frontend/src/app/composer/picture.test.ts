import { describe, expect, it } from 'vitest';
import { blocksOf, moved, within } from './picture';

const area = { x: 10, y: 10, width: 40, height: 20 };

describe('a selection', () => {
  it('stays inside the picture in whole pixels', () => {
    expect(within({ x: -5, y: 90.4, width: 500, height: 0.2 }, { width: 100, height: 100 })).toEqual({
      x: 0,
      y: 90,
      width: 100,
      height: 1,
    });
  });

  it('moves by arrows and grows with Shift', () => {
    expect(moved(area, 'ArrowLeft', false, 8)).toEqual({ ...area, x: 2 });
    expect(moved(area, 'ArrowDown', true, 8)).toEqual({ ...area, height: 28 });
    expect(moved(area, 'ArrowUp', true, 80)).toEqual({ ...area, height: 1 });
    expect(moved(area, 'a', false, 8)).toBeNull();
  });
});

describe('what is made unreadable', () => {
  it('keeps at most eight blocks a side, of twelve pixels and more', () => {
    expect(blocksOf({ width: 800, height: 200 })).toEqual({ across: 8, down: 2 });
    expect(blocksOf({ width: 30, height: 12 })).toEqual({ across: 3, down: 1 });
    expect(blocksOf({ width: 3, height: 3 })).toEqual({ across: 1, down: 1 });
  });
});
