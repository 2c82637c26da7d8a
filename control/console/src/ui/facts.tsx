import type { ComponentChildren } from 'preact';

/// `wide`: text of people, which may be long, gets a line of its own.
export type Fact = readonly [name: string, value: ComponentChildren, wide?: 'wide'];

/// Names and values of one thing. Absent values show as `-`.
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value, wide]) => (
        <div key={name} class={wide}>
          <dt>{name}</dt>
          <dd>{value === null || value === undefined || value === '' ? '-' : value}</dd>
        </div>
      ))}
    </dl>
  );
}
