import { DirectionProvider } from '@base-ui/react/direction-provider';
import { Fragment, type ReactNode } from 'react';
import { directionOf, useLocale } from './index';

/** The root of every page: a change of language remounts what is below, in the right direction. */
export function LocaleRoot({ children }: { readonly children: ReactNode }): ReactNode {
  const locale = useLocale();
  return (
    <DirectionProvider direction={directionOf(locale)}>
      <Fragment key={locale}>{children}</Fragment>
    </DirectionProvider>
  );
}
