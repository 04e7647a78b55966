import { Search } from 'lucide-react';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { Link, useLocation } from 'wouter';
import { choiceOf, choices, choose } from '@/app/availability/say';
import { paths } from '@/app/paths';
import { t } from '@/shared/i18n';
import { areSingleKeysOn } from '@/shared/keys/keyboard';
import { cx } from '@/shared/ui/cx';
import { useStore } from '@/shared/store/store';
import { Kbd } from '@/shared/ui/Kbd';
import { Select } from '@/shared/ui/Select';
import { findSettings, GROUPS, sectionsFor, type Section } from './sections';

export interface SettingsNavProps {
  readonly permissions: readonly string[];
  readonly className?: string;
}

/** All settings pages, and one search over everything on them. */
export function SettingsNav({ permissions, className }: SettingsNavProps) {
  const [search, setSearch] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useFocusBySlash(field);
  return (
    <div className={cx('flex min-h-0 flex-col border-e border-line bg-canvas', className)}>
      <header className="flex h-13 shrink-0 items-center border-b border-line px-4">
        <h2 className="text-14 font-semibold">{t('settings.title')}</h2>
        <OwnAvailability />
      </header>
      <nav aria-label={t('settings.title')} className="flex min-h-0 flex-1 flex-col gap-1 overflow-y-auto p-2">
        <div className="relative">
          <Search
            aria-hidden
            size={16}
            strokeWidth={1.75}
            className="absolute start-2.5 top-2 text-muted pointer-coarse:top-3.5"
          />
          <input
            ref={field}
            type="search"
            dir="auto"
            aria-label={t('settings.search')}
            aria-keyshortcuts="/"
            placeholder={t('common.search')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setSearch('')}
            className="h-8 w-full rounded-md border border-line-strong bg-surface ps-8 pe-8 text-14 placeholder:text-muted pointer-coarse:h-11 pointer-coarse:text-16 [&::-webkit-search-cancel-button]:hidden"
          />
          {search === '' && (
            <span className="pointer-events-none absolute end-1.5 top-1.5 pointer-coarse:hidden">
              <Kbd keys="/" />
            </span>
          )}
        </div>
        {search.trim() === '' ? (
          <AllSections permissions={permissions} />
        ) : (
          <FoundSettings permissions={permissions} search={search} onFollow={() => setSearch('')} />
        )}
      </nav>
    </div>
  );
}

/** On a phone, where the rail with its menu is not. */
function OwnAvailability() {
  const me = useStore((state) => state.agents.get(state.me));
  if (!me) return null;
  return (
    <Select
      label={t('availability.title')}
      isLabelHidden
      value={choiceOf(me)}
      options={choices()}
      onValueChange={choose}
      className="ms-auto md:hidden"
    />
  );
}

function AllSections({ permissions }: { readonly permissions: readonly string[] }) {
  const sections = sectionsFor(permissions);
  return GROUPS.map((group) => {
    const own = sections.filter((section) => section.group === group);
    if (own.length === 0) return null;
    return (
      <div key={group} role="group" aria-labelledby={`settings-${group}`}>
        <p id={`settings-${group}`} className="px-2 pt-3 pb-1 text-12 font-medium text-muted">
          {t(`settings.group.${group}`)}
        </p>
        {own.map((section) => (
          <SectionLink key={section.path} section={section} />
        ))}
      </div>
    );
  });
}

function SectionLink({ section }: { readonly section: Section }) {
  const [location] = useLocation();
  const href = paths.settings(section.path);
  const isCurrent = location === href || location.startsWith(`${href}/`);
  const Icon = section.icon;
  return (
    <Link
      href={href}
      aria-current={isCurrent ? 'page' : undefined}
      className={cx(
        'flex h-7 items-center gap-2.5 rounded-md px-2 text-13 text-ink pointer-coarse:h-11 pointer-coarse:text-14',
        isCurrent ? 'bg-accent-soft font-medium' : 'hover:bg-hover',
      )}
    >
      <Icon aria-hidden size={16} strokeWidth={1.75} className={isCurrent ? 'text-accent' : 'text-muted'} />
      <span className="truncate">{t(section.label)}</span>
    </Link>
  );
}

interface FoundSettingsProps {
  readonly permissions: readonly string[];
  readonly search: string;
  readonly onFollow: () => void;
}

function FoundSettings({ permissions, search, onFollow }: FoundSettingsProps) {
  const found = findSettings(permissions, search);
  if (found.length === 0) return <p className="px-2 py-3 text-13 text-muted">{t('settings.nothing_found')}</p>;
  return (
    <ul className="flex flex-col gap-0.5 pt-2">
      {found.map(({ section, setting }) => (
        <li key={`${section.path} ${setting ?? ''}`}>
          <Link
            href={paths.settings(section.path)}
            onClick={onFollow}
            className="flex min-h-8 flex-col justify-center rounded-md px-2 py-1 text-13 text-ink hover:bg-hover pointer-coarse:min-h-11"
          >
            <span>{setting ?? t(section.label)}</span>
            {setting !== undefined && <span className="text-12 text-muted">{t(section.label)}</span>}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** `/` means this search while settings stand; asked before the keys of the desk, whatever was mounted first. */
function useFocusBySlash(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    function focus(event: KeyboardEvent): void {
      if (event.key !== '/' || event.defaultPrevented || event.isComposing || !areSingleKeysOn()) return;
      if (event.target instanceof Element && event.target.closest('input, textarea, [role=dialog], [role=menu]'))
        return;
      event.preventDefault();
      field.current?.focus();
    }
    document.addEventListener('keydown', focus);
    return () => document.removeEventListener('keydown', focus);
  }, [field]);
}
