import { Link, useParams } from 'react-router';
import { useOne } from '../api/hooks';
import type { AuditEvent } from '../api/types';
import { Badge } from '../kit/badge';
import { Facts, Words } from '../kit/facts';
import { Id } from '../kit/id';
import { Failure } from '../kit/notice';
import { Time } from '../kit/time';
import { Who } from '../kit/who';

interface Decision {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly result: string;
  readonly reason?: string;
  readonly http_status?: number;
  readonly rule?: string;
  readonly allowed_if?: string;
  readonly required?: readonly string[];
  readonly granted?: readonly string[];
  readonly missing?: readonly string[];
  readonly roles?: readonly string[];
  readonly ended_by?: { readonly kind?: string; readonly reason?: string };
  readonly actor: AuditEvent['actor'];
  readonly user_id?: string;
  readonly client_id?: string;
  readonly grant_id?: string;
  readonly tool?: string;
  readonly request?: string;
}

/** Why something was refused, and what would have been allowed. */
export function Decision() {
  const { id = '' } = useParams();
  const { data: decision, error } = useOne<Decision>(`decisions/${encodeURIComponent(id)}`);
  return (
    <div className="screen">
      <h1>Decision</h1>
      {error && <Failure error={error} />}
      {!decision && !error && <p className="quiet loading">Loading …</p>}
      {decision && (
        <section className="card narrow" aria-labelledby="why">
          <h2 id="why">
            {decision.tool ?? decision.request ?? decision.type}{' '}
            <Badge tone={decision.result === 'allowed' ? 'good' : 'danger'}>{decision.result}</Badge>
          </h2>
          {decision.rule && <p>{decision.rule}</p>}
          {decision.allowed_if && (
            <p className="notice">
              <strong>What would be allowed:</strong> {decision.allowed_if}
            </p>
          )}
          <Facts
            of={{
              When: <Time at={decision.time} />,
              Who: <Who actor={decision.actor} />,
              Reason: decision.reason && <code>{decision.reason}</code>,
              Status: decision.http_status,
              Required: decision.required && <Words of={decision.required} />,
              Had: decision.granted && <Words of={decision.granted} />,
              Missing: decision.missing && <Words of={decision.missing} />,
              'Roles that can grant it': decision.roles && <Words of={decision.roles} />,
              'Ended by':
                decision.ended_by &&
                [decision.ended_by.kind, decision.ended_by.reason].filter(Boolean).join(': '),
              Request: decision.request,
              Event: decision.type,
              Id: <Id value={decision.id} />,
            }}
          />
          <p className="links">
            {decision.user_id && <Link to={`/people?open=${decision.user_id}`}>The person</Link>}
            {decision.client_id && (
              <Link to={`/clients?open=${encodeURIComponent(decision.client_id)}`}>The client</Link>
            )}
            {decision.grant_id && <Link to={`/access?open=${decision.grant_id}`}>The grant</Link>}
          </p>
        </section>
      )}
    </div>
  );
}
