import { useRef } from 'preact/hooks';
import type { Change } from '../api/types';
import { useFolding } from './folding';

const names: Record<string, string> = {
  modelImage: 'Model Image',
  modelURI: 'Model URI',
  imagePullSecret: 'Image Pull Secret',
  instanceType: 'Instance Type',
  replicas: 'Replicas',
  endpointAccessType: 'Access Type',
  description: 'Description',
  metadata: 'Metadata',
  env: 'Environment',
  serving: 'Serving',
  progressDeadline: 'Progress deadline',
  autoRollback: 'Roll back by itself',
  stop: 'Stopped',
  external: 'External replicas',
  group: 'Group',
  clients: 'Clients',
};

/// `/metadata/team` -> "Metadata: team"
export function pointerName(pointer: string): string {
  const [member = '', ...rest] = pointer.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return [names[member] ?? member, ...rest].join(': ').replace(/: (?=.*: )/g, ' › ');
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/// Values of the environment may be secrets: that they differ is enough.
const isSecret = (pointer: string) => pointer === '/env' || pointer.startsWith('/env/');

/// What differs, field by field: what was, and what is after it.
export function ChangeList({ changes, caption }: { changes: readonly Change[]; caption: string }) {
  const box = useRef<HTMLDivElement>(null);
  const folded = useFolding(box, 3);
  return (
    <div class="table-box" ref={box}>
      <table class={folded ? 'table changes table-folded' : 'table changes'}>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ pointer, from, to }) => (
            <tr key={pointer}>
              <th scope="row" data-title="Field">
                {pointerName(pointer)}
              </th>
              <td data-title="Before">{from == null ? '-' : <del>{isSecret(pointer) ? 'hidden' : shown(from)}</del>}</td>
              <td data-title="After">{to == null ? '-' : <ins>{isSecret(pointer) ? 'hidden, other values' : shown(to)}</ins>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
