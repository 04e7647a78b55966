import { useCallback, useLayoutEffect, useRef } from 'react';

/** The same function for ever, which does what the last render said: for parts that are drawn again only for a reason. */
export function useEvent<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R {
  const latest = useRef(work);
  useLayoutEffect(() => {
    latest.current = work;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
