import type { TopLevelSpec } from 'vega-lite';
import type { KeptOutcome, Results } from '../storm/results.ts';
import { ink, look } from './look.ts';

const ours = '#2da44e';
const theirs = '#d1692e';
const shade = '#8886';
/** The timeline's end: what happens later is more of the same. */
const secondsShown = 180;

interface Panel {
  readonly title: string;
  readonly value: (outcome: KeptOutcome) => number;
  readonly label: (outcome: KeptOutcome) => string;
}

const panels: readonly Panel[] = [
  {
    title: 'requests a call',
    value: ({ requestsPerCall }) => requestsPerCall,
    label: ({ requestsPerCall }) => requestsPerCall.toFixed(2),
  },
  {
    title: 'peak over capacity',
    value: ({ peakOverCapacity }) => peakOverCapacity,
    label: ({ peakOverCapacity }) => peakOverCapacity.toFixed(2),
  },
  {
    title: 'time over ideal',
    value: ({ timeOverIdeal, done }) => (done === 0 ? 0 : timeOverIdeal),
    label: ({ timeOverIdeal, done, unfinished }) => {
      if (done === 0) return 'never';
      return unfinished > 0 ? 'stopped' : timeOverIdeal.toFixed(2);
    },
  },
  {
    title: 'calls without an answer',
    value: ({ lost, unfinished }) => lost + unfinished,
    label: ({ lost, unfinished }) => String(lost + unfinished),
  },
];

/** The chart: four measures, and below what each did to the provider, second by second. */
export function stormChart({ storm, outcomes: all }: Results): TopLevelSpec {
  // The small storms are in the table only.
  const outcomes = all.filter(({ calls }) => calls === storm.calls);
  const order = outcomes.map(({ title }) => title);
  const colorOf = ({ id }: KeptOutcome) => (id.startsWith('holdfast') ? ours : theirs);
  return {
    ...look,
    spacing: 28,
    vconcat: [
      {
        spacing: 18,
        hconcat: panels.map(({ title, value, label }, index) => ({
          title,
          width: 130,
          height: { step: 26 },
          data: {
            values: outcomes.map((outcome) => ({
              title: outcome.title,
              value: value(outcome),
              label: label(outcome),
              color: colorOf(outcome),
            })),
          },
          encoding: {
            y: {
              field: 'title',
              sort: order,
              title: null,
              axis: index === 0 ? { labelLimit: 300, labelFontSize: 12, labelPadding: 8 } : null,
            },
            x: {
              field: 'value',
              type: 'quantitative',
              axis: null,
              scale: { domainMax: Math.max(...outcomes.map(value)) * 1.45, domainMin: 0 },
            },
          },
          layer: [
            {
              mark: { type: 'bar', height: 15, cornerRadius: 2 },
              encoding: { color: { field: 'color', type: 'nominal', scale: null } },
            },
            {
              mark: { type: 'text', align: 'left', dx: 5, fontSize: 12, color: ink },
              encoding: { text: { field: 'label', type: 'nominal' } },
            },
          ],
        })),
      },
      {
        title: `requests a second that the provider saw (capacity ${storm.requestsPerSecond}; grey: it is down)`,
        width: 720,
        height: 200,
        layer: [
          {
            data: { values: [{ from: 0, to: storm.downMs / 1000 }] },
            mark: { type: 'rect', color: shade, opacity: 0.35 },
            encoding: {
              x: { field: 'from', type: 'quantitative' },
              x2: { field: 'to' },
            },
          },
          {
            data: {
              values: outcomes.flatMap(({ title, requestsBySecond }) =>
                requestsBySecond
                  .slice(0, secondsShown)
                  .map((requests, second) => ({ title, second, requests })),
              ),
            },
            mark: { type: 'line', strokeWidth: 1.5, interpolate: 'monotone' },
            encoding: {
              x: {
                field: 'second',
                type: 'quantitative',
                title: 'seconds since the start',
                scale: { domain: [0, secondsShown] },
              },
              y: {
                field: 'requests',
                type: 'quantitative',
                title: null,
                scale: { type: 'symlog' },
                axis: { values: [0, 10, 50, 200, 1000, 5000] },
              },
              color: {
                field: 'title',
                type: 'nominal',
                scale: {
                  domain: order,
                  range: ['#cf222e', '#bf8700', '#d1692e', '#2da44e', '#1f6feb'],
                },
                legend: {
                  title: null,
                  labelColor: ink,
                  orient: 'bottom',
                  columns: 3,
                  labelLimit: 300,
                },
              },
            },
          },
          {
            data: { values: [{ capacity: storm.requestsPerSecond }] },
            mark: { type: 'rule', strokeDash: [4, 4], color: ink },
            encoding: { y: { field: 'capacity', type: 'quantitative' } },
          },
        ],
      },
    ],
  } as TopLevelSpec;
}
