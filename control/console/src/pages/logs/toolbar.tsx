import { logDownload, type LogSource } from '../../api/logs';
import type { Deployment } from '../../api/types';
import { plural } from '../../lib/format';
import { setQuery } from '../../router/location';
import { Button, LinkButton } from '../../ui/button';
import { SelectField, type Choice } from '../../ui/field';
import { shortReplica, type LevelFilter } from './lines';
import type { LogSession } from './log_session';
import { announcing, wrapping, zone } from './options';

const levelChoices: readonly (Choice & { value: LevelFilter })[] = [
  { value: 'all', text: 'All levels' },
  { value: 'info', text: 'Info and above' },
  { value: 'warning', text: 'Warnings and errors' },
  { value: 'error', text: 'Errors' },
];

function replicaChoices(deployment: Deployment, chosen: string): Choice[] {
  const present = deployment.status.replicas.map((each) => ({
    value: each.name,
    text: `${shortReplica(each.name, deployment.id)} · ${each.phase}` + (each.restarts ? ` · ${plural(each.restarts, 'restart')}` : ''),
  }));
  const isGone = chosen !== '' && !present.some((each) => each.value === chosen);
  return [
    ...present,
    { value: 'all', text: 'All replicas' },
    ...(isGone ? [{ value: chosen, text: `${shortReplica(chosen, deployment.id)} · gone` }] : []),
  ];
}

interface ToolbarProps {
  deployment: Deployment;
  session: LogSession;
  source: LogSource;
  filter: LevelFilter;
}

/// What is shown of which log, and how. The choices that one would send to a colleague stand in the address.
export function Toolbar({ deployment, session, source, filter }: ToolbarProps) {
  return (
    <div class="log-toolbar">
      <div class="log-choices">
        <SelectField label="Replicas" value={source.replica || 'all'} choices={replicaChoices(deployment, source.replica)} onInput={(replica) => setQuery({ replica })} />
        <SelectField
          label="Instance"
          value={source.previous ? 'previous' : ''}
          choices={[
            { value: '', text: 'Present' },
            { value: 'previous', text: 'Previous' },
          ]}
          onInput={(instance) => setQuery({ instance })}
        />
        <SelectField label="Level" value={filter} choices={levelChoices} onInput={(level) => setQuery({ level: level === 'all' ? '' : level })} />
      </div>
      <div class="row">
        {!source.previous && (
          <Button small icon="arrow-down" aria-pressed={session.following.value} onClick={() => session.follow(!session.following.value)}>
            Follow
          </Button>
        )}
        <Button small icon="wrap-text" aria-pressed={wrapping.value === 'wrap'} onClick={() => (wrapping.value = wrapping.value === 'wrap' ? 'scroll' : 'wrap')}>
          Wrap
        </Button>
        <div class="segments log-segments" role="group" aria-label="Times">
          {(['utc', 'local'] as const).map((each) => (
            <button key={each} type="button" aria-pressed={zone.value === each} onClick={() => (zone.value = each)}>
              {each === 'utc' ? 'UTC' : 'Local'}
            </button>
          ))}
        </div>
        <Button small icon="bell" aria-pressed={announcing.value === 'on'} onClick={() => (announcing.value = announcing.value === 'on' ? 'off' : 'on')}>
          Read out
        </Button>
        <LinkButton small icon="download" href={logDownload(source)} download>
          Download
        </LinkButton>
      </div>
    </div>
  );
}
