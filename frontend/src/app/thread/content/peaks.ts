/** What a sound itself tells, decoded once in this browser: its loudness in a few dozen steps, and how long it lasts. */

export interface Shape {
  /** 0…1 per bar. */
  readonly peaks: readonly number[];
  readonly duration_s: number;
}

const BARS = 48;
const LONGEST_BYTES = 2_000_000;
const known = new Map<string, Promise<Shape | null>>();

/**
 * Null if the sound is too long to be decoded for a picture, if the browser cannot, or while it lies only here: the
 * page's policy lets nothing fetch a `blob:` address. What failed is tried again when it is next seen.
 */
export function loadShape(url: string, size_bytes: number): Promise<Shape | null> {
  if (size_bytes > LONGEST_BYTES || url.startsWith('blob:')) return Promise.resolve(null);
  const earlier = known.get(url);
  if (earlier) return earlier;
  const shape = decode(url).catch(() => {
    known.delete(url);
    return null;
  });
  known.set(url, shape);
  return shape;
}

async function decode(url: string): Promise<Shape> {
  const answer = await fetch(url, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`The sound could not be fetched: ${answer.status}`);
  const sound = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(await answer.arrayBuffer());
  return { peaks: measure(sound.getChannelData(0)), duration_s: sound.duration };
}

export function measure(samples: Float32Array, bars: number = BARS): number[] {
  const step = Math.max(1, Math.floor(samples.length / bars));
  const loud = Array.from({ length: bars }, (_, bar) => {
    let sum = 0;
    for (let index = bar * step; index < (bar + 1) * step && index < samples.length; index += 1) {
      sum += (samples[index] ?? 0) ** 2;
    }
    return Math.sqrt(sum / step);
  });
  const highest = Math.max(...loud, 1e-6);
  return loud.map((value) => value / highest);
}
