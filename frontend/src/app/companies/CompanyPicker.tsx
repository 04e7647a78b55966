/** Finds a company by letters: arrows, Enter; makes one that is not there yet, or takes the choice away. */
import { Popover } from '@base-ui/react/popover';
import { lazy, Suspense, useState, type ReactElement } from 'react';
import { Skeleton } from '@/shared/ui/Skeleton';
import type { CompanyChoicesProps } from './CompanyChoices';

const importChoices = () => import('./CompanyChoices');
const CompanyChoices = lazy(importChoices);

export interface CompanyPickerProps extends CompanyChoicesProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly title: string;
}

export function CompanyPicker({ trigger, title, onPick, ...choices }: CompanyPickerProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger
        render={trigger}
        onPointerEnter={() => void importChoices()}
        onFocus={() => void importChoices()}
      />
      <Popover.Portal>
        <Popover.Positioner align="start" sideOffset={4} className="z-50">
          <Popover.Popup className="float-in flex max-h-[min(24rem,var(--available-height))] w-72 max-w-[calc(100vw-1rem)] flex-col rounded-lg border border-line bg-raised text-ink shadow-float outline-none">
            <Popover.Title className="sr-only">{title}</Popover.Title>
            <Suspense fallback={<Skeleton className="p-3" />}>
              <CompanyChoices
                {...choices}
                onPick={(company) => {
                  setIsOpen(false);
                  onPick(company);
                }}
              />
            </Suspense>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
