/** Tones made by the browser itself: a few oscillations, no files. */
import type { Preferences } from '@/shared/api/types';

export type Tone = Preferences['tone'];

interface Note {
  readonly at_s: number;
  readonly hertz: number;
  readonly length_s: number;
  readonly shape: OscillatorType;
  readonly strength: number;
}

export const TONES = ['chime', 'drop', 'bell', 'pulse', 'none'] as const satisfies readonly Tone[];

const NOTES: Readonly<Record<Tone, readonly Note[]>> = {
  none: [],
  chime: [
    { at_s: 0, hertz: 659.26, length_s: 0.35, shape: 'sine', strength: 0.6 },
    { at_s: 0.14, hertz: 880, length_s: 0.6, shape: 'sine', strength: 0.5 },
  ],
  drop: [
    { at_s: 0, hertz: 987.77, length_s: 0.16, shape: 'triangle', strength: 0.5 },
    { at_s: 0.1, hertz: 587.33, length_s: 0.4, shape: 'sine', strength: 0.6 },
  ],
  bell: [
    { at_s: 0, hertz: 1046.5, length_s: 1.1, shape: 'sine', strength: 0.45 },
    { at_s: 0, hertz: 2637, length_s: 0.5, shape: 'sine', strength: 0.12 },
  ],
  pulse: [
    { at_s: 0, hertz: 440, length_s: 0.12, shape: 'triangle', strength: 0.6 },
    { at_s: 0.18, hertz: 440, length_s: 0.12, shape: 'triangle', strength: 0.6 },
    { at_s: 0.36, hertz: 554.37, length_s: 0.2, shape: 'triangle', strength: 0.6 },
  ],
};

let context: AudioContext | null = null;

/** Browsers let a page sound only after somebody has touched it: the first press of all makes it ready. */
export function readySound(): () => void {
  const wake = () => void output()?.resume();
  const options = { capture: true, once: true } as const;
  addEventListener('pointerdown', wake, options);
  addEventListener('keydown', wake, options);
  return () => {
    removeEventListener('pointerdown', wake, options);
    removeEventListener('keydown', wake, options);
  };
}

/** `volume` in hundredths. Louder is felt by the square: half the number is half as loud to the ear. */
export function playTone(tone: Tone, volume: number): void {
  const speaker = output();
  if (speaker === null || volume === 0) return;
  void speaker.resume();
  const loudness = (volume / 100) ** 2;
  for (const note of NOTES[tone]) playNote(speaker, note, loudness);
}

function playNote(speaker: AudioContext, { at_s, hertz, length_s, shape, strength }: Note, loudness: number): void {
  const start = speaker.currentTime + at_s;
  const oscillator = speaker.createOscillator();
  const gain = speaker.createGain();
  oscillator.type = shape;
  oscillator.frequency.value = hertz;
  // Up within a blink and out slowly: a tone that begins or ends at once clicks.
  gain.gain.setValueAtTime(0.0001, start);
  gain.gain.exponentialRampToValueAtTime(Math.max(0.0002, strength * loudness), start + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + length_s);
  oscillator.connect(gain).connect(speaker.destination);
  oscillator.start(start);
  oscillator.stop(start + length_s + 0.02);
}

/** Before the first touch a page may not sound, and the browser complains of one that tries. */
function output(): AudioContext | null {
  if (!navigator.userActivation.hasBeenActive) return null;
  try {
    return (context ??= new AudioContext());
  } catch {
    return null; // no sound on this machine
  }
}
