import { useEffect, useState, type ReactNode } from 'react';
import { formatTime } from '@/shared/i18n/format';

export interface PhoneFrameProps {
  /** Whose phone it is. */
  readonly owner?: string;
  readonly children: ReactNode;
}

/** The outline of a phone, in the desk's own colours, so that nobody takes it for a provider's app. */
export function PhoneFrame({ owner, children }: PhoneFrameProps) {
  return (
    <div className="flex min-h-0 w-full flex-1 flex-col overflow-hidden rounded-[36px] border border-line-strong bg-surface p-2 pt-0">
      <div className="flex h-12 shrink-0 items-end justify-between gap-4 px-6 pb-1.5 text-14 font-semibold tabular">
        <Clock />
        <bdi className="min-w-0 truncate text-12 font-normal text-muted">{owner}</bdi>
      </div>
      {children}
    </div>
  );
}

function Clock() {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return <time>{formatTime(now)}</time>;
}
