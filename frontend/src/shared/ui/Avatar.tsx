import { MessageSquare, Phone, User } from 'lucide-react';
import { AvailabilityDot, type AvailabilityDotProps } from './AvailabilityDot';
import { cx } from './cx';
import { initialsOf, tintOf } from './initials';

const SIZES = {
  18: 'size-[18px] text-[8px]',
  20: 'size-5 text-[9px]',
  22: 'size-[22px] text-[9px]',
  28: 'size-7 text-11',
  36: 'size-9 text-13',
  44: 'size-11 text-16',
  48: 'size-12 text-16',
} as const;

const TINTS = ['tint-0', 'tint-1', 'tint-2', 'tint-3', 'tint-4', 'tint-5', 'tint-6', 'tint-7'] as const;

const RINGS = {
  canvas: 'ring-canvas',
  surface: 'ring-surface',
  raised: 'ring-raised',
  'accent-soft': 'ring-accent-soft',
} as const;

export interface AvatarProps {
  readonly name: string;
  /** What the tint is made from; the name if absent. */
  readonly seed?: string;
  readonly size?: keyof typeof SIZES;
  /** The reader: in the accent's tint. */
  readonly isSelf?: boolean;
  /** The channel through which this person writes: a small mark at the corner. */
  readonly channelType?: string;
  /** Of a colleague: whether they are there, at the corner. */
  readonly availability?: AvailabilityDotProps['state'];
  /** The ground behind, for the ring around the mark. */
  readonly ground?: keyof typeof RINGS;
  readonly className?: string;
}

/** Initials of a person. Decoration: the name always stands beside it in words. */
export function Avatar({
  name,
  seed = name,
  size = 36,
  isSelf = false,
  channelType,
  availability,
  ground = 'surface',
  className,
}: AvatarProps) {
  const initials = initialsOf(name);
  const tint = isSelf ? 'tint-self' : TINTS[tintOf(seed)];
  return (
    <span aria-hidden className={cx('relative inline-flex shrink-0', className)}>
      <span className={cx('grid place-items-center rounded-full font-medium select-none', SIZES[size], tint)}>
        {initials || <User size={Math.round(size / 2)} strokeWidth={1.75} />}
      </span>
      {availability !== undefined && (
        <span className={cx('absolute end-0 bottom-0 rounded-full ring-2', RINGS[ground])}>
          <AvailabilityDot state={availability} className="block" />
        </span>
      )}
      {channelType !== undefined && (
        <span className={cx('absolute -end-1 -bottom-0.5 rounded-full ring-2', RINGS[ground])}>
          <ChannelMark type={channelType} />
        </span>
      )}
    </span>
  );
}

/** Nobody: a dashed ring in the place of an owner. */
export function NobodyMark({ size = 18 }: { readonly size?: 18 | 20 | 22 | 28 }) {
  return (
    <span aria-hidden className={cx('shrink-0 rounded-full border border-dashed border-line-strong', SIZES[size])} />
  );
}

const MARKS = { whatsapp: Phone } as const;

/** A channel's sign, in one colour: 16 px in the list, or bare beside a channel's name. */
export function ChannelMark({ type, isBare = false }: { readonly type: string; readonly isBare?: boolean }) {
  const Icon = type in MARKS ? MARKS[type as keyof typeof MARKS] : MessageSquare;
  if (isBare) return <Icon aria-hidden size={14} strokeWidth={0} fill="currentColor" className="shrink-0 text-muted" />;
  return (
    <span aria-hidden className="grid size-4 place-items-center rounded-full bg-muted text-surface">
      <Icon size={9} strokeWidth={0} fill="currentColor" />
    </span>
  );
}
