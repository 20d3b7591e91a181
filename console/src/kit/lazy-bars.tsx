import { lazy, Suspense } from 'react';
import type { BarsProps } from './bars';

/** Charts weigh as much as everything else; they come when there is something to draw. */
const Drawn = lazy(() => import('./bars').then((module) => ({ default: module.Bars })));

export const Bars = (props: BarsProps) => (
  <Suspense fallback={null}>
    <Drawn {...props} />
  </Suspense>
);
