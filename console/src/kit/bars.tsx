import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis, ResponsiveContainer } from 'recharts';
import { counted, moment } from '../words';
import type { Step } from './steps';

/** Outcomes, from the bottom of a bar to its top. */
const OUTCOMES = [
  ['allowed', 'var(--accent)'],
  ['throttled', 'var(--warning)'],
  ['aborted', 'var(--quiet)'],
  ['error', 'var(--danger)'],
  ['denied', 'var(--danger)'],
] as const;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const HOURS_36 = 129_600_000;

export interface BarsProps {
  readonly steps: readonly Step[];
  readonly onPick?: (at: number) => void;
  readonly height?: number;
}

const sumOf = (steps: readonly Step[], outcomes: readonly string[]): number =>
  steps.reduce((sum, step) => sum + outcomes.reduce((part, outcome) => part + (step[outcome] ?? 0), 0), 0);

/** How much happened when, by what came of it. */
export function Bars({ steps, onPick, height = 120 }: BarsProps) {
  const span = (steps.at(-1)?.at ?? 0) - (steps[0]?.at ?? 0);
  const all = sumOf(
    steps,
    OUTCOMES.map(([outcome]) => outcome),
  );
  const refused = sumOf(steps, ['denied', 'throttled']);
  return (
    <figure
      className="chart"
      role="img"
      aria-label={`${counted(all, 'event')}, of which ${refused} were refused`}
    >
      <ResponsiveContainer width="100%" height={height}>
        <BarChart
          data={steps}
          margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
          barCategoryGap={1}
          accessibilityLayer={false}
          {...(onPick && {
            onClick: ({ activeLabel }: { activeLabel?: string | number | undefined }) => {
              if (activeLabel !== undefined) onPick(Number(activeLabel));
            },
          })}
        >
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            tickFormatter={(at: number) => (span > HOURS_36 ? day : clock).format(at)}
            tick={{ fill: 'var(--quiet)', fontSize: 12 }}
            stroke="var(--line)"
            minTickGap={48}
          />
          <YAxis
            width={44}
            allowDecimals={false}
            tick={{ fill: 'var(--quiet)', fontSize: 12 }}
            stroke="var(--line)"
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--line)' }}
            labelFormatter={(at) => moment(new Date(Number(at)).toISOString())}
            contentStyle={{
              background: 'var(--raised)',
              border: '1px solid var(--line)',
              color: 'var(--text)',
            }}
          />
          {OUTCOMES.map(([outcome, fill]) => (
            <Bar key={outcome} dataKey={outcome} stackId="all" fill={fill} isAnimationActive={false} />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}
