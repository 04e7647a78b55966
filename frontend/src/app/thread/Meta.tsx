import type { ReactNode } from 'react';
import { formatTime } from '@/shared/i18n/format';
import { t } from '@/shared/i18n';
import { describeTimes } from './times';
import type { ShownMessage } from './rows';
import { tickOf, Ticks } from './Ticks';

const LATE_MS = 60_000;

/** Time and ticks, on the last line of a bubble. */
export function Meta({ shown }: { readonly shown: ShownMessage }) {
  const { message, unsent } = shown;
  const tick = tickOf(message, unsent);
  const isLate =
    message.written_at !== null && Math.abs(Date.parse(message.at) - Date.parse(message.written_at)) > LATE_MS;
  return (
    <span className="tabular inline-flex items-center gap-1 text-11 whitespace-nowrap text-muted">
      {message.edited_at !== null && <span>{t('message.edited')}</span>}
      <time
        dateTime={message.at}
        // Made when somebody wants it: a long thread has many.
        onPointerEnter={(event) => (event.currentTarget.title = describeTimes(message))}
      >
        {formatTime(message.at)}
      </time>
      {isLate && message.written_at !== null && (
        <span>{t('message.written', { time: formatTime(message.written_at) })}</span>
      )}
      {tick && <Ticks tick={tick} />}
    </span>
  );
}

/** A text whose last line holds the time if there is room, else the time gets a line of its own. */
export function WithMeta({ shown, children }: { readonly shown: ShownMessage; readonly children: ReactNode }) {
  return (
    <div className="relative">
      {children}
      <span aria-hidden className="invisible inline-block h-4 ps-3 align-bottom select-none">
        <Meta shown={shown} />
      </span>
      <span className="absolute end-0 -bottom-0.5">
        <Meta shown={shown} />
      </span>
    </div>
  );
}

/** What ends in no text: the time stands beside its last line if there is room, else on a line of its own. */
export function BesideMeta({ shown, children }: { readonly shown: ShownMessage; readonly children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-end gap-x-3">
      {/* It gives way down to 10 rem; where there is not even that, the time moves down. */}
      <div className="min-w-40 grow basis-40">{children}</div>
      <span className="ms-auto -mb-0.5">
        <Meta shown={shown} />
      </span>
    </div>
  );
}
