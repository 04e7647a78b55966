import { useEffect, useState, type ReactNode } from 'react';
import { formatTime } from '@/shared/i18n/format';

/** The outline of a phone, in the desk's own colours, so that nobody takes it for a provider's app. */
export function PhoneFrame({ children }: { readonly children: ReactNode }) {
  return (
    <div className="flex min-h-0 w-full flex-1 flex-col overflow-hidden rounded-[36px] border border-line-strong bg-surface p-2 pt-0">
      <div className="flex h-12 shrink-0 items-end px-6 pb-1.5 text-14 font-semibold tabular">
        <Clock />
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
