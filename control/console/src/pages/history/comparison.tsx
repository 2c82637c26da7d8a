import { useEffect, useState } from 'preact/hooks';
import { compareRevisions, getRevision } from '../../api/deployments';
import { detailOf } from '../../api/problem';
import type { Change, Comparison, DeploymentSpec, EnvVariable, Revision } from '../../api/types';
import { formatJson } from '../../lib/json_text';
import { setQuery } from '../../router/location';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { ChangeList } from '../../ui/change_list';
import { Dialog } from '../../ui/dialog';
import { SelectField, type Choice } from '../../ui/field';
import { Skeleton } from '../../ui/skeleton';
import { presentDiff, type DiffRow } from './text_diff';

interface ComparisonProps {
  deployment: string;
  from: number;
  to: number;
  choices: readonly Choice[];
  onClose: () => void;
}

interface Compared {
  fields: Comparison;
  from: Revision;
  to: Revision;
}

/// What differs between any two revisions: field by field as the program says it, or as JSON.
export function ComparisonDialog({ deployment, from, to, choices, onClose }: ComparisonProps) {
  const [compared, setCompared] = useState<Compared | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [form, setForm] = useState<'Fields' | 'JSON'>('Fields');
  const [showsValues, setShowsValues] = useState(false);
  useEffect(() => {
    let gone = false;
    setCompared(null);
    setProblem(null);
    Promise.all([compareRevisions(deployment, from, to), getRevision(deployment, from), getRevision(deployment, to)]).then(
      ([fields, one, other]) => !gone && setCompared({ fields, from: one, to: other }),
      (error) => !gone && setProblem(error),
    );
    return () => {
      gone = true;
    };
  }, [deployment, from, to]);
  const hasEnv = compared !== null && [compared.from, compared.to].some(({ spec }) => spec.env.length > 0);
  return (
    <Dialog wide title={`Revision ${from} and revision ${to}`} onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <div class="history-pair">
        <SelectField label="From" value={String(from)} choices={withChoice(choices, from)} onInput={(value) => setQuery({ from: value })} />
        <Button icon="arrow-right" label="The other way round" onClick={() => setQuery({ from: to, to: from })} />
        <SelectField label="To" value={String(to)} choices={withChoice(choices, to)} onInput={(value) => setQuery({ to: value })} />
      </div>
      <div class="row spread">
        <div class="segments" role="group" aria-label="Form">
          {(['Fields', 'JSON'] as const).map((each) => (
            <button key={each} type="button" aria-pressed={form === each} onClick={() => setForm(each)}>
              {each}
            </button>
          ))}
        </div>
        {hasEnv && (
          <Button small kind="ghost" icon={showsValues ? 'eye-off' : 'eye'} onClick={() => setShowsValues(!showsValues)}>
            {showsValues ? 'Hide values of the environment' : 'Show values of the environment'}
          </Button>
        )}
      </div>
      {problem !== null && <Alert kind="error">{detailOf(problem)}</Alert>}
      {compared === null && problem === null && <Skeleton lines={4} />}
      {compared && compared.fields.changes.length === 0 && <p>Nothing differs.</p>}
      {compared && compared.fields.changes.length > 0 && form === 'Fields' && (
        <ChangeList
          caption={`What differs between revision ${from} and revision ${to}`}
          changes={showsValues ? compared.fields.changes.flatMap(byVariable) : compared.fields.changes}
        />
      )}
      {compared && compared.fields.changes.length > 0 && form === 'JSON' && (
        <JsonDiff rows={presentDiff(document(compared.from.spec, showsValues), document(compared.to.spec, showsValues))} />
      )}
    </Dialog>
  );
}

/// One that is older than what is loaded can be named by the address all the same.
function withChoice(choices: readonly Choice[], revision: number): readonly Choice[] {
  return choices.some((each) => each.value === String(revision)) ? choices : [...choices, { value: String(revision), text: String(revision) }];
}

/// The environment is one change to the program; for people it is one for each variable.
function byVariable(change: Change): Change[] {
  if (change.pointer !== '/env') return [change];
  const valuesOf = (env: unknown) => new Map(((env ?? []) as EnvVariable[]).map(({ name, value }) => [name, value]));
  const [before, after] = [valuesOf(change.from), valuesOf(change.to)];
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name));
  return names.map((name) => ({ pointer: `/Environment/${name}`, from: before.get(name) ?? null, to: after.get(name) ?? null }));
}

function document(spec: DeploymentSpec, showsValues: boolean): string {
  const env = spec.env.map(({ name, value }) => ({ name, value: showsValues ? value : '********' }));
  return formatJson({ ...spec, env });
}

const signs: Record<DiffRow['kind'], string> = { same: ' ', added: '+', removed: '−', gap: '⋮' };

function JsonDiff({ rows }: { rows: readonly DiffRow[] }) {
  if (rows.every((row) => row.kind === 'gap')) return <p class="dim">What is written in JSON is the same: only what is hidden, or was copied from elsewhere, differs.</p>;
  return (
    <pre class="history-diff" tabIndex={0} role="region" aria-label="Difference as JSON">
      {rows.map((row, index) => {
        const line = `${signs[row.kind]} ${row.text}`;
        const props = { key: index, class: `diff-${row.kind}` };
        if (row.kind === 'added') return <ins {...props}>{line}</ins>;
        if (row.kind === 'removed') return <del {...props}>{line}</del>;
        return <span {...props}>{line}</span>;
      })}
    </pre>
  );
}
