import { useState } from 'preact/hooks';
import type { EnvVariable } from '../../api/types';
import { Button } from '../../ui/button';
import { Table } from '../../ui/table';

export function MetadataTable({ metadata }: { metadata: Readonly<Record<string, string>> }) {
  const rows = Object.entries(metadata);
  if (rows.length === 0) return <p class="dim">No metadata.</p>;
  return (
    <Table
      caption="Metadata"
      rows={rows}
      keyOf={([name]) => name}
      columns={[
        { title: 'Name', heads: true, cell: ([name]) => name },
        { title: 'Value', cell: ([, value]) => <span class="pre">{value}</span> },
      ]}
    />
  );
}

/// Values are hidden until they are asked for: they may be secrets, and somebody may look over one's shoulder.
export function EnvTable({ env }: { env: readonly EnvVariable[] }) {
  const [shown, setShown] = useState(false);
  if (env.length === 0) return <p class="dim">No environment variables.</p>;
  return (
    <>
      <Table
        caption="Environment Variables"
        rows={env}
        keyOf={({ name }) => name}
        columns={[
          { title: 'Name', heads: true, cell: ({ name }) => <code>{name}</code> },
          { title: 'Value', cell: ({ value }) => (shown ? <span class="pre mono">{value}</span> : <span aria-label="hidden">{'*'.repeat(8)}</span>) },
        ]}
      />
      <Button small kind="ghost" icon={shown ? 'eye-off' : 'eye'} onClick={() => setShown(!shown)}>
        {shown ? 'Hide values' : 'Show values'}
      </Button>
    </>
  );
}
