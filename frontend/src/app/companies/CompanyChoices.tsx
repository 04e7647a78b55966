/** What a company is found by letters among, with what else can be chosen: loaded when it is first opened. */
import { Building2, Plus, X } from 'lucide-react';
import { useEffect, useEffectEvent, useId, useState, type KeyboardEvent } from 'react';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { cx } from '@/shared/ui/cx';
import { InlineError } from '@/shared/ui/InlineError';
import { createCompany, fetchCompanies, type CompanyName } from './calls';

const ASK_AFTER_MS = 120;
const SHOWN = 20;

export interface CompanyChoicesProps {
  /** The domain of a mail address: whose it is stands first. */
  readonly domain?: string;
  /** Offers to choose none. */
  readonly mayClear?: boolean;
  /** Offers to make what is not found. */
  readonly mayMake?: boolean;
  readonly onPick: (company: CompanyName | null) => void;
}

type Choice =
  | { readonly kind: 'company'; readonly company: CompanyName; readonly hint: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'new'; readonly name: string };

export default function CompanyChoices({
  domain = '',
  mayClear = false,
  mayMake = false,
  onPick,
}: CompanyChoicesProps) {
  const [search, setSearch] = useState('');
  const [place, setPlace] = useState(0);
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const id = useId();
  const wanted = search.trim();
  const [isAwaited, setIsAwaited] = useState(false);
  const { rows: found, isCurrent } = useFound(wanted, domain, setError);
  const isKnown = !isCurrent || found.some(({ company }) => company.name.toLowerCase() === wanted.toLowerCase());
  const choices: readonly Choice[] = [
    ...found,
    ...(mayMake && wanted !== '' && !isKnown ? [{ kind: 'new', name: wanted } as const] : []),
    ...(mayClear && wanted === '' ? [{ kind: 'none' } as const] : []),
  ];
  const pointed = Math.min(place, choices.length - 1);

  const choose = async (choice: Choice | undefined) => {
    if (choice === undefined || isBusy) return;
    if (choice.kind !== 'new') return onPick(choice.kind === 'none' ? null : choice.company);
    setIsBusy(true);
    try {
      onPick(await createCompany(choice.name));
    } catch (reason) {
      setError(problemText(reason));
      setIsBusy(false);
    }
  };
  const onCurrent = useEffectEvent(() => {
    if (!isAwaited) return;
    setIsAwaited(false);
    void choose(choices[0]);
  });
  useEffect(() => {
    if (isCurrent) onCurrent();
  }, [isCurrent]);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) setPlace((pointed + by + choices.length) % Math.max(1, choices.length));
    // Enter means what these letters find, which may still be on its way.
    else if (event.key === 'Enter' && !isCurrent) setIsAwaited(true);
    else if (event.key === 'Enter') void choose(choices[pointed]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        autoFocus
        dir="auto"
        role="combobox"
        maxLength={100}
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={choices[pointed] && `${id}-${pointed}`}
        aria-label={t('companies.find')}
        placeholder={t('companies.find')}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setPlace(0);
          setIsAwaited(false);
          setError(undefined);
        }}
        onKeyDown={onKeyDown}
        className="h-10 shrink-0 rounded-t-lg border-b border-line bg-transparent px-3 text-14 outline-none placeholder:text-muted pointer-coarse:h-11 pointer-coarse:text-16"
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t('companies.title')}
        className="min-h-0 overflow-y-auto p-1 empty:hidden"
      >
        {choices.map((choice, index) => (
          <div
            key={choice.kind === 'company' ? choice.company.id : choice.kind}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === pointed}
            onPointerMove={() => setPlace(index)}
            onClick={() => void choose(choice)}
            className={cx(
              'flex min-h-8 items-center gap-3 rounded-md px-2 text-14 select-none pointer-coarse:min-h-11',
              index === pointed && 'bg-accent-soft',
            )}
          >
            <ChoiceLine choice={choice} />
          </div>
        ))}
      </div>
      {isCurrent && choices.length === 0 && error === undefined && (
        <p className="px-3 py-2.5 text-13 text-muted">
          {wanted === '' ? t('companies.none') : t('companies.not_found')}
        </p>
      )}
      {error !== undefined && (
        <div className="px-3 py-2.5">
          <InlineError>{error}</InlineError>
        </div>
      )}
    </>
  );
}

function ChoiceLine({ choice }: { readonly choice: Choice }) {
  const Icon = choice.kind === 'company' ? Building2 : choice.kind === 'new' ? Plus : X;
  return (
    <>
      <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
      <span className="min-w-0">
        <span dir="auto" className="block truncate">
          {choice.kind === 'company'
            ? choice.company.name
            : choice.kind === 'new'
              ? t('companies.make', { name: choice.name })
              : t('companies.no_company')}
        </span>
        {choice.kind === 'company' && choice.hint !== '' && (
          <span className="block truncate text-12 text-muted">{choice.hint}</span>
        )}
      </span>
    </>
  );
}

type Found = Extract<Choice, { kind: 'company' }>;

/**
 * What the letters find; before any are typed whose domain it is, then the first ones. Until it is here, `isCurrent` is
 * false and what the letters before found still stands: rows that come and go would jump.
 */
function useFound(
  wanted: string,
  domain: string,
  onError: (text: string) => void,
): { readonly rows: readonly Found[]; readonly isCurrent: boolean } {
  const [found, setFound] = useState<{ readonly of: string; readonly rows: readonly Found[] }>();
  useEffect(() => {
    const stop = new AbortController();
    const ask = async () => {
      const suggested =
        wanted === '' && domain !== '' ? (await fetchCompanies({ search: domain, limit: 3 }, stop.signal)).items : [];
      const mine = suggested.filter(({ domains }) => domains.includes(domain));
      const { items } = await fetchCompanies({ search: wanted, limit: SHOWN }, stop.signal);
      const rows = [
        ...mine.map((company): Found => ({ kind: 'company', company, hint: t('companies.suggested', { domain }) })),
        ...items
          .filter((one) => !mine.some(({ id }) => id === one.id))
          .map((company): Found => ({ kind: 'company', company, hint: company.domains.join(', ') })),
      ];
      setFound({ of: wanted, rows });
    };
    const timer = setTimeout(
      () => void ask().catch((reason: unknown) => !stop.signal.aborted && onError(problemText(reason))),
      wanted === '' ? 0 : ASK_AFTER_MS,
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, domain, onError]);
  return { rows: found?.rows ?? [], isCurrent: found?.of === wanted };
}
