import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadShape, measure } from './peaks';

afterEach(() => vi.unstubAllGlobals());

class Decoder {
  decodeAudioData(): Promise<{ duration: number; getChannelData: () => Float32Array }> {
    return Promise.resolve({ duration: 7.5, getChannelData: () => Float32Array.from([0, 1]) });
  }
}

describe('the shape of a sound', () => {
  it('is its loudness, the loudest part whole', () => {
    const samples = Float32Array.from({ length: 400 }, (_, index) => (index < 200 ? 0.1 : 0.4));
    const bars = measure(samples, 4);
    expect(bars.map((bar) => Math.round(bar * 100))).toEqual([25, 25, 100, 100]);
  });

  it('of silence is silence', () => {
    expect(measure(new Float32Array(480), 3)).toEqual([0, 0, 0]);
  });

  it('is decoded once and tells the length', async () => {
    const fetched = vi.fn(() => Promise.resolve(new Response('sound')));
    vi.stubGlobal('fetch', fetched);
    vi.stubGlobal('OfflineAudioContext', Decoder);
    const [first, second] = await Promise.all([loadShape('/files/a', 10), loadShape('/files/a', 10)]);
    expect(first?.duration_s).toBe(7.5);
    expect(second).toBe(first);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it('that could not be fetched is asked for again', async () => {
    vi.stubGlobal('OfflineAudioContext', Decoder);
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 503 })));
    expect(await loadShape('/files/b', 10)).toBeNull();
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('sound')));
    expect((await loadShape('/files/b', 10))?.peaks).toHaveLength(48);
  });

  it.each([
    ['/files/long', 3_000_000],
    ['blob:http://127.0.0.1/1', 10],
  ])('is not fetched for %s', async (url, size) => {
    const fetched = vi.fn();
    vi.stubGlobal('fetch', fetched);
    expect(await loadShape(url, size)).toBeNull();
    expect(fetched).not.toHaveBeenCalled();
  });
});
