import { Button } from 'react-aria-components';
import { usePages } from '../../api/hooks';
import { List, type Column } from '../../kit/list';
import { Empty } from '../../kit/notice';
import { Time } from '../../kit/time';
import { amounts } from '../../words';
import { selectorWords } from './selector-words';
import { endedOf, type Revocation } from './types';

/** What was ended before, newest first. */
export function Past({ onOpen }: { onOpen: (id: string) => void }) {
  const past = usePages<Revocation>('revocations', {});
  const columns: Column<Revocation>[] = [
    { id: 'when', header: 'When', cell: ({ row }) => <Time at={row.original.applied_at} /> },
    {
      id: 'what',
      header: 'What',
      cell: ({ row: { original: one } }) => (
        <Button className="link" onPress={() => onOpen(one.id)}>
          {selectorWords(one.selector)}
        </Button>
      ),
    },
    {
      id: 'ended',
      header: 'Ended',
      cell: ({ row: { original: one } }) => amounts(endedOf(one.ended)),
    },
    { id: 'reason', header: 'Reason', cell: ({ row }) => row.original.reason ?? '' },
  ];
  return (
    <>
      <h2>Before</h2>
      <List
        label="Revocations"
        columns={columns}
        from={past}
        idOf={(one) => one.id}
        empty={
          <Empty title="Nothing was revoked by a plan yet">
            Say above what is to end; nothing ends before you have seen what that hits.
          </Empty>
        }
      />
    </>
  );
}
