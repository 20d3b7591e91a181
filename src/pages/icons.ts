/** Drawn here, never fetched. Each is decoration: the words beside it say the same. */
function icon(path: string): string {
  return (
    '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" ' +
    `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${path}</svg>`
  );
}

const gate = 'M3 4h4v2.5h3V4h4v2.5h3V4h4v17h-5.5v-5.5a3.5 3.5 0 0 0-7 0V21H3z';

export const icons = {
  mark: `<svg class="mark" viewBox="0 0 24 24" width="24" height="24" fill="currentColor" aria-hidden="true" focusable="false"><path d="${gate}"/></svg>`,
  check: icon('<circle cx="8" cy="8" r="6.25"/><path d="m5.5 8.2 1.8 1.8 3.4-3.8"/>'),
  unknown: icon(
    '<circle cx="8" cy="8" r="6.25"/><path d="M6.3 6.4a1.75 1.75 0 1 1 2.4 1.6c-.5.2-.7.5-.7 1"/><path d="M8 11.2v.01"/>',
  ),
  warning: icon('<path d="M8 2.2 14.3 13.3H1.7z"/><path d="M8 6.6v3"/><path d="M8 11.4v.01"/>'),
  refused: icon('<circle cx="8" cy="8" r="6.25"/><path d="m3.7 3.7 8.6 8.6"/>'),
  arrow: icon('<path d="M2.5 8h11"/><path d="m9.5 4 4 4-4 4"/>'),
} as const;

export const favicon =
  'data:image/svg+xml,' +
  encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#1f5eff" d="${gate}"/></svg>`,
  );
