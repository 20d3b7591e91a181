import type { Ended, Receipt } from '../api/types';
import { amounts, counted, number } from '../words';

/** What was ended, and where that is known by now. */
export function EndedNotice({ ended }: { ended: Partial<Ended> | undefined }) {
  if (ended?.ended === undefined) return <p role="status">Done.</p>;
  const { grants = 0, sessions = 0, api_keys: keys = 0, receipt } = ended;
  return (
    <div role="status">
      <p>
        {ended.ended
          ? `Ended: ${amounts({ grant: grants, session: sessions, 'API key': keys })}.`
          : 'It had been ended before; nothing was changed.'}
      </p>
      {receipt && <ReceiptNotice receipt={receipt} />}
    </div>
  );
}

export function ReceiptNotice({ receipt }: { receipt: Receipt }) {
  const { replicas, acknowledged, missing, propagation_ms: ms } = receipt;
  return (
    <p>
      {acknowledged} of {counted(replicas, 'server')} refuse it by now, after {number(ms)} ms.
      {missing.length > 0 && ' The others ask the database before they answer.'}
    </p>
  );
}
