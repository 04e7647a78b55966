import type { Label, LabelColour } from '../api/types';
import { cx } from './cx';

const DOTS: Readonly<Record<LabelColour, string>> = {
  red: 'bg-label-red',
  orange: 'bg-label-orange',
  yellow: 'bg-label-yellow',
  green: 'bg-label-green',
  teal: 'bg-label-teal',
  blue: 'bg-label-blue',
  purple: 'bg-label-purple',
  grey: 'bg-label-grey',
  maroon: 'bg-label-maroon',
  coral: 'bg-label-coral',
  brown: 'bg-label-brown',
  gold: 'bg-label-gold',
  olive: 'bg-label-olive',
  lime: 'bg-label-lime',
  forest: 'bg-label-forest',
  cyan: 'bg-label-cyan',
  sky: 'bg-label-sky',
  navy: 'bg-label-navy',
  violet: 'bg-label-violet',
  pink: 'bg-label-pink',
};

export const LABEL_COLOURS = Object.keys(DOTS) as readonly LabelColour[];

export function LabelDot({ colour, className }: { readonly colour: LabelColour; readonly className?: string }) {
  return (
    <span
      aria-hidden
      className={cx('size-[7px] shrink-0 rounded-full forced-color-adjust-none', DOTS[colour], className)}
    />
  );
}

/** A dot and a name: the colour only helps to find what the name says. */
export function LabelMark({ label, className }: { readonly label: Label; readonly className?: string }) {
  return (
    <span className={cx('inline-flex min-w-0 items-center gap-1.5', className)}>
      <LabelDot colour={label.colour} />
      <bdi className="truncate">{label.name}</bdi>
    </span>
  );
}
