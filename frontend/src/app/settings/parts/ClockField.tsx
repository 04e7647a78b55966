import { useId } from 'react';
import { fromClock, toClock } from '../notifications/clock';

export interface ClockFieldProps {
  readonly label: string;
  /** Of the day, from 0 to 1,440; midnight as an end reads 00:00. */
  readonly minute: number;
  readonly onChange: (minute: number) => void;
}

/** A time of the day, taken when it is left. */
export function ClockField({ label, minute, onChange }: ClockFieldProps) {
  const id = useId();
  const shown = minute % (24 * 60);
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-14 font-medium">
        {label}
      </label>
      <input
        id={id}
        type="time"
        key={minute}
        defaultValue={toClock(shown)}
        onBlur={(event) => {
          const next = fromClock(event.currentTarget.value);
          if (next !== null && next !== shown) onChange(next);
        }}
        className="tabular h-8 rounded-md border border-line-strong bg-raised px-2 text-14 text-ink pointer-coarse:h-11"
      />
    </div>
  );
}
