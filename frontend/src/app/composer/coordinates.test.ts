import { describe, expect, it } from 'vitest';
import { readCoordinates } from './coordinates';

describe('coordinates', () => {
  it.each([
    ['52.37, 4.89', 52.37, 4.89],
    ['-33.86 151.2', -33.86, 151.2],
    ['52.37° N, 4.89° E', 52.37, 4.89],
    ['33.86 S 70.6 W', -33.86, -70.6],
    ['https://maps.example/@52.3702,4.8952,15z', 52.3702, 4.8952],
  ])('are read as people copy them: %s', (text, latitude, longitude) => {
    expect(readCoordinates(text)).toEqual({ latitude, longitude });
  });

  it.each(['', 'High Street 1', '91, 4', '52.37, 181'])('are not made up: %s', (text) => {
    expect(readCoordinates(text)).toBeNull();
  });
});
