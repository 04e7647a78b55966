import { useId, useState } from 'react';

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  /** The value as people read it. */
  readonly shown: string;
  readonly disabled?: boolean;
  /** While it is moved. */
  readonly onValueChange?: (value: number) => void;
  /** Once it is let go, or moved by a key. */
  readonly onValueCommit: (value: number) => void;
}

/** A number between two bounds, where about right is right. The browser's own: keys, touch and its name come with it. */
export function Slider({
  label,
  value,
  min,
  max,
  step = 1,
  shown,
  disabled = false,
  onValueChange,
  onValueCommit,
}: SliderProps) {
  const id = useId();
  const [moved, setMoved] = useState<number | null>(null);
  const commit = (next: number) => {
    setMoved(null);
    if (next !== value) onValueCommit(next);
  };
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <span className="flex items-baseline justify-between gap-4">
        <label htmlFor={id} className="text-14 font-medium">
          {label}
        </label>
        <output htmlFor={id} className="tabular text-13 text-muted">
          {shown}
        </output>
      </span>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={moved ?? value}
        disabled={disabled}
        aria-valuetext={shown}
        onChange={(event) => {
          const next = Number(event.currentTarget.value);
          setMoved(next);
          onValueChange?.(next);
        }}
        onPointerUp={(event) => commit(Number(event.currentTarget.value))}
        onKeyUp={(event) => commit(Number(event.currentTarget.value))}
        onBlur={(event) => commit(Number(event.currentTarget.value))}
        className="h-8 w-full accent-accent disabled:opacity-50 pointer-coarse:h-11"
      />
    </div>
  );
}
