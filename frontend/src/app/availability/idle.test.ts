import { describe, expect, it } from 'vitest';
import { ASKS_FOR_MS, HERE, nextIdle, type Idle } from './idle';

const MINUTE = 60_000;
const AFTER = 15 * MINUTE;

describe('nextIdle', () => {
  it('asks after the minutes of the workspace, and says away a minute later', () => {
    expect(nextIdle(HERE, AFTER - 1, 0, AFTER)).toEqual(HERE);
    const asking = nextIdle(HERE, AFTER, 0, AFTER);
    expect(asking).toEqual({ phase: 'asking', since: AFTER });
    expect(nextIdle(asking, AFTER + ASKS_FOR_MS - 1, 0, AFTER)).toBe(asking);
    expect(nextIdle(asking, AFTER + ASKS_FOR_MS, 0, AFTER)).toEqual({ phase: 'away' });
  });

  it('is answered by any touch, in whichever tab', () => {
    const asking: Idle = { phase: 'asking', since: AFTER };
    expect(nextIdle(asking, AFTER + 10, AFTER + 5, AFTER)).toEqual(HERE);
    expect(nextIdle({ phase: 'away' }, 2 * AFTER, 2 * AFTER - 1, AFTER)).toEqual(HERE);
  });

  it('asks a computer that slept for hours, before it says anything', () => {
    const woken = nextIdle(HERE, 10 * AFTER, 0, AFTER);
    expect(woken).toEqual({ phase: 'asking', since: 10 * AFTER });
  });

  it('asks nobody where the workspace does not want it', () => {
    expect(nextIdle(HERE, 100 * AFTER, 0, 0)).toEqual(HERE);
  });
});
