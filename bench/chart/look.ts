import type { TopLevelSpec } from 'vega-lite';

/** Stands for the reader's text colour; no other element may have it. */
export const ink = '#777776';

/** What all charts have in common. */
export const look = {
  background: 'transparent',
  padding: 8,
  config: {
    font: 'system-ui, -apple-system, Segoe UI, sans-serif',
    axis: { labelColor: ink, titleColor: ink, grid: false, domain: false, ticks: false },
    title: { color: ink, fontSize: 13, anchor: 'start' },
    header: { labelColor: ink, labelFontSize: 12, title: null },
    view: { stroke: null },
  },
} satisfies Partial<TopLevelSpec>;
