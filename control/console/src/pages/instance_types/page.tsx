import { useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import { deleteInstanceType } from '../../api/administration';
import type { InstanceType } from '../../api/types';
import { formatNumber } from '../../lib/format';
import { deployments, instanceTypes, isComplete, remember } from '../../state/live';
import { notify } from '../../state/notifications';
import { isAdmin, isReadOnly } from '../../state/session';
import { Button } from '../../ui/button';
import { confirm } from '../../ui/confirm';
import { EmptyState } from '../../ui/empty_state';
import { PageHead } from '../../ui/page_head';
import { Skeleton } from '../../ui/skeleton';
import { Table, type Column } from '../../ui/table';
import { UsedBy } from '../../ui/used_by';
import { TypeForm } from './type_form';
import '../../styles/admin.css';

async function askDelete(type: InstanceType): Promise<void> {
  const was = await confirm({
    title: 'Delete instance type?',
    text: (
      <p>
        <strong class="wrap">{type.displayName || type.name}</strong> can be chosen no longer. This cannot be undone.
      </p>
    ),
    yes: 'Delete',
    danger: true,
    act: async () => {
      await deleteInstanceType(type.name);
      remember('instanceType', type.name, null);
    },
  });
  if (was) notify({ kind: 'success', title: type.displayName || type.name, text: 'The instance type has been deleted.' });
}

const columns: readonly Column<InstanceType>[] = [
  {
    title: 'Instance type',
    heads: true,
    cell: (type) => (
      <span>
        <span class="wrap">{type.displayName || type.name}</span> <span class="dim small mono wrap">{type.name}</span>
        {type.description && <div class="dim small wrap list-note">{type.description}</div>}
      </span>
    ),
  },
  { title: 'CPU', numeric: true, cell: (type) => formatNumber(type.cpu) },
  { title: 'Memory', numeric: true, cell: (type) => `${formatNumber(type.memoryGiB)} GiB` },
  { title: 'GPU', numeric: true, cell: (type) => type.gpu },
  { title: 'Groups', cell: (type) => <span class="wrap">{type.groups === null ? 'every group' : type.groups.join(', ') || 'none'}</span> },
  { title: 'Used by', cell: (type) => <UsedBy deployments={[...deployments.value.values()].filter((each) => each.instanceType === type.name)} /> },
];

export default function InstanceTypesPage(_: PageProps) {
  // An instance type: it is edited. `new`: one is made.
  const [form, setForm] = useState<InstanceType | 'new' | null>(null);
  const mayChange = isAdmin.value && !isReadOnly.value;
  const all = [...instanceTypes.value.values()].sort((a, b) => (a.displayName || a.name).localeCompare(b.displayName || b.name));
  const create = mayChange && (
    <Button kind="primary" icon="plus" onClick={() => setForm('new')}>
      New instance type
    </Button>
  );
  const actions: Column<InstanceType> = {
    title: 'Actions',
    cell: (type) => (
      <div class="list-actions">
        <Button small icon="pencil" label={`Edit ${type.name}`} onClick={() => setForm(type)} />
        <Button small icon="trash" label={`Delete ${type.name}`} onClick={() => void askDelete(type)} />
      </div>
    ),
  };
  return (
    <>
      <PageHead title="Instance types" actions={create}>
        <p class="dim">The sizes of a replica that one can choose. A change holds for replicas that are started from then on.</p>
      </PageHead>
      {!isComplete.value ? (
        <Skeleton lines={6} />
      ) : all.length === 0 ? (
        <EmptyState icon="cpu" title="No instance in this group." action={create}>
          {mayChange ? 'Without an instance type nothing can be deployed: make one.' : 'Please ask a platform administrator for one.'}
        </EmptyState>
      ) : (
        <div class="card list-card">
          <Table caption="Instance types" columns={mayChange ? [...columns, actions] : columns} rows={all} keyOf={(type) => type.name} />
        </div>
      )}
      {form && <TypeForm {...(form === 'new' ? {} : { type: form })} onClose={() => setForm(null)} />}
    </>
  );
}
