import { useSearchParams } from 'react-router';

/** What is shown is in the address, so that it can be kept, sent and gone back to. */
export function useUrlState() {
  const [params, setParams] = useSearchParams();
  const set = (changes: Readonly<Record<string, string | undefined>>, { replace = false } = {}): void =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === undefined || value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace },
    );
  const get = (name: string): string | undefined => params.get(name) ?? undefined;
  return { params, get, set };
}
