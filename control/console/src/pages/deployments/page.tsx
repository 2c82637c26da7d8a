import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import type { Phase } from '../../api/types';
import { query, setQuery } from '../../router/location';
import { deployments, groups, isComplete, refresh } from '../../state/live';
import { notifyError } from '../../state/notifications';
import { listView } from '../../state/preferences';
import { isAdmin, isReadOnly, me } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Button, LinkButton } from '../../ui/button';
import { CodeBlock } from '../../ui/code_block';
import { EmptyState } from '../../ui/empty_state';
import { Checkbox } from '../../ui/field';
import { Icon } from '../../ui/icon';
import { PageHead } from '../../ui/page_head';
import { phaseLooks } from '../../ui/pill';
import { Popover } from '../../ui/popover';
import { Skeleton } from '../../ui/skeleton';
import { Cards, DeploymentTable } from './cards';
import { applyFilter, isFiltered, phases, readFilter, type Filter, type Listed, type Sort } from './filter';
import { useRecentTraffic } from './recent_traffic';
import './deployments.css';

export default function DeploymentsPage(_: PageProps) {
  const filter = readFilter(query.value);
  const listed = applyFilter(deployments.value.values(), filter, me.value?.name ?? '');
  const traffic = useRecentTraffic(listed.shown.filter((each) => !each.stop).map((each) => each.id));
  const enabled = [...groups.value.values()].some((each) => each.enabledDeployment);
  return (
    <>
      <PageHead title="Model Deployments" actions={<Actions canCreate={enabled} />}>
        <p class="dim">Users can deploy and serve models as services here.</p>
      </PageHead>
      <div class="stack">
        {isComplete.value && !enabled && <NotEnabled />}
        {deployments.value.size > 0 && <Filters filter={filter} listed={listed} />}
        <Content filter={filter} listed={listed} traffic={traffic} canCreate={enabled} />
      </div>
    </>
  );
}

function Actions({ canCreate }: { canCreate: boolean }) {
  const [busy, setBusy] = useState(false);
  const again = async () => {
    setBusy(true);
    await refresh().catch((error) => notifyError(error, 'Failure to load deployments'));
    setBusy(false);
  };
  return (
    <>
      <Button icon="refresh-cw" busy={busy} onClick={() => void again()}>
        Refresh
      </Button>
      {canCreate && !isReadOnly.value && (
        <LinkButton kind="primary" icon="plus" href="/create">
          Create Deployment
        </LinkButton>
      )}
    </>
  );
}

function NotEnabled() {
  if (groups.value.size === 0) {
    return (
      <Alert kind="warning" title="Group not found">
        {isAdmin.value ? (
          <>
            There is no group yet: <a href="/groups">make one</a> and switch Model Deployment on for it.
          </>
        ) : (
          'No group is configured for you to launch a server. Please contact admin.'
        )}
      </Alert>
    );
  }
  return (
    <Alert kind="warning" title="Feature not available">
      Model Deployment is not enabled for this group. Please contact your administrator to enable it.
    </Alert>
  );
}

function Filters({ filter, listed }: { filter: Filter; listed: Listed }) {
  return (
    <section class="filters" aria-label="Filters">
      <div class="row">
        <SearchBox search={filter.search} />
        <GroupFilter chosen={filter.groups} />
        <Checkbox label="Deployed By Me" checked={filter.mine} onChange={(mine) => setQuery({ mine, page: undefined })} />
        <span class="grow" />
        <label class="row">
          <span class="dim small">Sort</span>
          <select class="narrow" value={filter.sort} onChange={(event) => setQuery({ sort: event.currentTarget.value === 'updated' ? '' : (event.currentTarget.value as Sort) })}>
            <option value="updated">Last updated</option>
            <option value="name">Name</option>
            <option value="status">Status</option>
          </select>
        </label>
        <div class="segments" role="group" aria-label="View">
          <button type="button" aria-pressed={listView.value === 'cards'} aria-label="Cards" title="Cards" onClick={() => (listView.value = 'cards')}>
            <Icon name="layout-grid" />
          </button>
          <button type="button" aria-pressed={listView.value === 'table'} aria-label="Table" title="Table" onClick={() => (listView.value = 'table')}>
            <Icon name="table" />
          </button>
        </div>
      </div>
      <StatusChips chosen={filter.status} listed={listed} />
    </section>
  );
}

function SearchBox({ search }: { search: string }) {
  const input = useRef<HTMLInputElement>(null);
  // The address follows what is typed; only where it was changed otherwise, by going back, what is typed follows it.
  // At once with the rendering: an effect that runs later would take back what was typed meanwhile.
  const typed = useRef(search);
  useLayoutEffect(() => {
    if (input.current && typed.current !== search) input.current.value = typed.current = search;
  }, [search]);
  const onInput = (text: string) => {
    typed.current = text;
    setQuery({ search: text, page: undefined });
  };
  return (
    <span class="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label="Search deploy name"
        placeholder="Search deploy name"
        title="Name, id, image or key=value of the metadata. Shortcut: /"
        defaultValue={search}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </span>
  );
}

function GroupFilter({ chosen }: { chosen: readonly string[] }) {
  const all = [...groups.value.values()].sort((a, b) => a.displayName.localeCompare(b.displayName));
  if (all.length < 2 && chosen.length === 0) return null;
  const set = (name: string, on: boolean) => setQuery({ group: on ? [...chosen, name] : chosen.filter((each) => each !== name), page: undefined });
  return (
    <Popover
      title="Groups"
      class="button"
      button={
        <>
          <Icon name="users" /> Group{chosen.length > 0 && `: ${chosen.length === 1 ? (groups.value.get(chosen[0] ?? '')?.displayName ?? chosen[0]) : chosen.length}`}
          <Icon name="chevron-down" size={14} />
        </>
      }
    >
      <div class="stack">
        {all.map((each) => (
          <Checkbox key={each.name} label={each.displayName || each.name} checked={chosen.includes(each.name)} onChange={(on) => set(each.name, on)} />
        ))}
        {chosen.length > 0 && (
          <Button small onClick={() => setQuery({ group: [], page: undefined })}>
            All groups
          </Button>
        )}
      </div>
    </Popover>
  );
}

function StatusChips({ chosen, listed }: { chosen: Phase | ''; listed: Listed }) {
  const shown = phases.filter((phase) => listed.counts[phase] > 0 || phase === chosen);
  return (
    <div class="row" role="group" aria-label="Status">
      <button type="button" class="chip" aria-pressed={chosen === ''} onClick={() => setQuery({ status: '', page: undefined })}>
        All {listed.total}
      </button>
      {shown.map((phase) => (
        <button key={phase} type="button" class="chip" aria-pressed={chosen === phase} onClick={() => setQuery({ status: chosen === phase ? '' : phase, page: undefined })}>
          <span class={`chip-icon tone-${phaseLooks[phase].tone}`}>
            <Icon name={phaseLooks[phase].icon} size={14} />
          </span>
          {phase} {listed.counts[phase]}
        </button>
      ))}
    </div>
  );
}

interface ContentProps {
  filter: Filter;
  listed: Listed;
  traffic: ReturnType<typeof useRecentTraffic>;
  canCreate: boolean;
}

function Content({ filter, listed, traffic, canCreate }: ContentProps) {
  if (!isComplete.value) return <Skeleton lines={9} />;
  // Without a group to deploy in, that is what has to be told.
  if (deployments.value.size === 0) return canCreate ? <NothingYet /> : null;
  if (listed.shown.length === 0) {
    return (
      <EmptyState
        icon="search-x"
        title="No deployment matches"
        action={isFiltered(filter) && <Button onClick={() => setQuery({ search: '', group: [], status: '', mine: false, page: undefined })}>Clear filters</Button>}
      >
        There are {deployments.value.size} deployments, and none is as the filters say.
      </EmptyState>
    );
  }
  return (
    <>
      {listView.value === 'cards' ? <Cards deployments={listed.shown} traffic={traffic} /> : <div class="card table-card"><DeploymentTable deployments={listed.shown} traffic={traffic} /></div>}
      {listed.pages > 1 && (
        <nav class="row row-center pager" aria-label="Pages">
          <Button icon="arrow-left" label="Previous page" disabled={listed.page <= 1} onClick={() => setQuery({ page: listed.page - 1 })} />
          <span>
            Page {listed.page} of {listed.pages}
          </span>
          <Button icon="arrow-right" label="Next page" disabled={listed.page >= listed.pages} onClick={() => setQuery({ page: listed.page + 1 })} />
        </nav>
      )}
    </>
  );
}

function NothingYet() {
  const group = [...groups.value.values()].find((each) => each.enabledDeployment)?.name ?? 'GROUP';
  return (
    <EmptyState
      icon="rocket"
      title="No model is deployed yet"
      action={
        !isReadOnly.value ? (
          <LinkButton kind="primary" icon="plus" href="/create">
            Create Deployment
          </LinkButton>
        ) : undefined
      }
    >
      <p>A deployment runs a model image and gives it an address that applications call. From a terminal:</p>
      <CodeBlock what="command" text={`modelgate deployments create iris --name Iris --group ${group} --image demo/iris:1.0 --instance-type INSTANCE_TYPE`} />
    </EmptyState>
  );
}
