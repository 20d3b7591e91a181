import { cleanText } from '../text.js';
import type { PageKind } from './page-kind.js';

/** What a person just decided about a device. */
export interface DeviceDoneView {
  page: 'device-done';
  clientName: string;
  allowed: boolean;
}

export const deviceDonePage: PageKind<DeviceDoneView> = {
  page: 'device-done',
  width: 'narrow',
  severOpener: false,
  heading: (view, t) => ({
    text: view.allowed ? t.device.allowed : t.device.denied,
    values: { app: cleanText(view.clientName, 40) || t.unnamedApp },
  }),
};
