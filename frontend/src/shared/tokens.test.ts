import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Every text role on every ground at 5.2:1 (WCAG asks for 4.5); the secondary text of a quote may have 4.84. */
const TEXT = 5.2;
const QUOTE = 4.84;
/** Borders of controls and the like (WCAG 1.4.11). */
const SHAPE = 3;

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');
const GROUNDS = ['canvas', 'surface', 'raised', 'accent-soft'] as const;
const ROLES = ['ink', 'muted', 'accent', 'danger', 'warn', 'ok'] as const;
const LABELS = [...css.matchAll(/--label-(\w+): light-dark/g)].map((match) => match[1] ?? '');
const STATES = ['danger', 'warn', 'ok'] as const;

type Rgb = readonly [number, number, number];
type Theme = 'light' | 'dark';

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  test.each(pairs(ROLES, GROUNDS))('%s is read on %s', (role, ground) => {
    expect(contrast(token(role, theme), token(ground, theme))).toBeGreaterThanOrEqual(TEXT);
  });

  test.each(['ink', 'muted', 'accent', 'warn'])('%s is read on a note', (role) => {
    expect(contrast(token(role, theme), token('note', theme))).toBeGreaterThanOrEqual(TEXT);
  });

  test('the text on a filled button is read', () => {
    expect(contrast(token('on-accent', theme), token('accent', theme))).toBeGreaterThanOrEqual(TEXT);
  });

  test.each(pairs(STATES, ['canvas', 'surface', 'raised']))('%s is read on its own tint over %s', (state, ground) => {
    const tinted = over(token(state, theme), tintOf(state), token(ground, theme));
    expect(contrast(token(state, theme), tinted)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['canvas', 'accent-soft'])('the second line of a quote in a bubble of %s is read', (bubble) => {
    const quote = over(token('ink', theme), 0.04, token(bubble, theme));
    expect(contrast(token('muted', theme), quote)).toBeGreaterThanOrEqual(QUOTE - 0.02);
  });

  test.each(['canvas', 'surface', 'raised'])('the border of a control is seen on %s', (ground) => {
    expect(contrast(token('line-strong', theme), token(ground, theme))).toBeGreaterThanOrEqual(SHAPE);
  });

  test.each(pairs(LABELS, GROUNDS))('the dot of a label in %s is seen on %s', (label, ground) => {
    expect(contrast(token(`label-${label}`, theme), token(ground, theme))).toBeGreaterThanOrEqual(SHAPE);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])('initials are read on tint %i', (tint) => {
    const [ink, ground] = tintPair(`tint-${tint}`, theme);
    expect(contrast(ink, ground)).toBeGreaterThanOrEqual(TEXT);
  });

  test("the reader's own initials are read", () => {
    const [ink, ground] = tintPair('tint-self', theme);
    expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
  });
});

test('black on white is 21:1 and oklch becomes the sRGB that browsers show', () => {
  expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21);
  expect(colour('oklch(0.62796 0.25768 29.2339)').map((part) => Math.round(part * 255))).toEqual([255, 0, 0]);
});

function pairs<A extends string, B extends string>(first: readonly A[], second: readonly B[]): [A, B][] {
  return first.flatMap((a) => second.map((b): [A, B] => [a, b]));
}

/** The value of `--name: light-dark(light, dark)`. */
function token(name: string, theme: Theme): Rgb {
  const value = new RegExp(`--${name}:\\s*(light-dark\\(.*\\));`).exec(css)?.[1];
  if (value === undefined) throw new Error(`No token --${name}.`);
  return colour(side(value, theme));
}

/** How much of a state its tint has: the share in color-mix. */
function tintOf(state: string): number {
  const share = new RegExp(`--${state}-tint: color-mix\\(in srgb, var\\(--${state}\\) (\\d+)%`).exec(css)?.[1];
  if (share === undefined) throw new Error(`No tint of ${state}.`);
  return Number(share) / 100;
}

function tintPair(name: string, theme: Theme): [Rgb, Rgb] {
  const body = new RegExp(`@utility ${name} \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  const ink = /(?<!-)color: (.*);/.exec(body)?.[1] ?? '';
  const ground = /background-color: (.*);/.exec(body)?.[1] ?? '';
  return [valueOf(ink, theme), valueOf(ground, theme)];
}

function valueOf(value: string, theme: Theme): Rgb {
  const name = /^var\(--([\w-]+)\)$/.exec(value)?.[1];
  return name === undefined ? colour(side(value, theme)) : token(name, theme);
}

function side(value: string, theme: Theme): string {
  const match = /^light-dark\(((?:[^(),]|\([^)]*\))+),\s*((?:[^(),]|\([^)]*\))+)\)$/.exec(value);
  const chosen = theme === 'light' ? match?.[1] : match?.[2];
  if (chosen === undefined) throw new Error(`Not light-dark(): ${value}`);
  return chosen.trim();
}

function colour(value: string): Rgb {
  const hex = /^#([0-9a-f]{6})$/i.exec(value)?.[1];
  if (hex !== undefined) return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb;
  const oklch = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(value);
  if (oklch === null) throw new Error(`Unknown colour: ${value}`);
  return fromOklch(Number(oklch[1]), Number(oklch[2]), (Number(oklch[3]) * Math.PI) / 180);
}

/** Björn Ottosson, "A perceptual color space for image processing". */
function fromOklch(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function encode(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear));
  return clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
}

function over(colour: Rgb, share: number, ground: Rgb): Rgb {
  return colour.map((part, index) => part * share + (ground[index] ?? 0) * (1 - share)) as unknown as Rgb;
}

function contrast(first: Rgb, second: Rgb): number {
  const [dark = 0, light = 0] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r = 0, g = 0, b = 0] = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
