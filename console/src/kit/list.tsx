import { tableFeatures, useTable, type ColumnDef, type RowData } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { number } from '../words';
import { Failure } from './notice';

const features = tableFeatures({});
type Features = typeof features;

export type Column<T extends RowData> = ColumnDef<Features, T>;

interface Source<T> {
  readonly items: readonly T[];
  readonly error: unknown;
  readonly isPending: boolean;
  readonly isFetching: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
  readonly count?: { readonly value: number; readonly capped: boolean } | undefined;
}

interface ListProps<T extends RowData> {
  readonly label: string;
  readonly columns: Column<T>[];
  readonly from: Source<T>;
  readonly idOf: (row: T) => string;
  readonly open?: string | undefined;
  readonly empty: ReactNode;
}

/** A list as long as it is, in pages; the header stays. */
export function List<T extends RowData>({ label, columns, from, idOf, open, empty }: ListProps<T>) {
  const table = useTable({ features, columns, data: from.items, getRowId: idOf });
  if (from.error && from.items.length === 0) return <Failure error={from.error} />;
  if (from.isPending) return <p className="quiet loading">Loading …</p>;
  if (from.items.length === 0) return <>{empty}</>;
  return (
    <div className="list" aria-busy={from.isFetching}>
      <div className="scroll" tabIndex={0} role="region" aria-label={label}>
        <table>
          <caption className="hidden">{label}</caption>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {group.headers.map((header) => (
                  <th key={header.id} scope="col">
                    <table.FlexRender header={header} />
                  </th>
                ))}
              </tr>
            ))}
          </thead>
          <tbody>
            {table.getRowModel().rows.map((row) => (
              <tr key={row.id} className={row.id === open ? 'open' : undefined}>
                {row.getAllCells().map((cell) => (
                  <td key={cell.id}>
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Footer from={from} />
    </div>
  );
}

function Footer<T>({ from }: { from: Source<T> }) {
  const { count, items } = from;
  const all = count ? `${count.capped ? 'more than ' : ''}${number(count.value)}` : undefined;
  return (
    <footer>
      <span className="quiet">
        {number(items.length)} {all ? `of ${all}` : ''} shown
      </span>
      {from.error ? <Failure error={from.error} /> : null}
      {from.hasNextPage && (
        <Button
          className="button"
          isDisabled={from.isFetchingNextPage}
          onPress={() => void from.fetchNextPage()}
        >
          {from.isFetchingNextPage ? 'Loading …' : 'Show more'}
        </Button>
      )}
    </footer>
  );
}
