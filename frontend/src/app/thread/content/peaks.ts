/** The shape of a sound: loudness in a few dozen steps, computed once from the sound itself. */

const BARS = 48;
const LONGEST_BYTES = 2_000_000;
const known = new Map<string, Promise<readonly number[] | null>>();

/** 0…1 per bar; null if the sound is too long to be decoded for a picture, or the browser cannot. */
export function loadPeaks(url: string, size_bytes: number): Promise<readonly number[] | null> {
  if (size_bytes > LONGEST_BYTES) return Promise.resolve(null);
  let peaks = known.get(url);
  if (!peaks) known.set(url, (peaks = decode(url).catch(() => null)));
  return peaks;
}

async function decode(url: string): Promise<readonly number[]> {
  const answer = await fetch(url, { credentials: 'same-origin' });
  const sound = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(await answer.arrayBuffer());
  return measure(sound.getChannelData(0));
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
