import { useEffect, useState } from 'preact/hooks';
import { getRevision } from '../../api/deployments';
import { detailOf } from '../../api/problem';
import type { Revision } from '../../api/types';
import { formatInstanceType, formatUtc } from '../../lib/format';
import { formatJson } from '../../lib/json_text';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/code_block';
import { Dialog } from '../../ui/dialog';
import { Facts, type Fact } from '../../ui/facts';
import { Skeleton } from '../../ui/skeleton';
import { EnvTable, MetadataTable } from '../information/pair_tables';

interface ViewProps {
  deployment: string;
  revision: number;
  onClose: () => void;
  onRollback?: (() => void) | undefined;
}

/// What a revision asked for, and what was so when it was made.
export function RevisionDialog({ deployment, revision, onClose, onRollback }: ViewProps) {
  const [found, setFound] = useState<Revision | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    getRevision(deployment, revision).then(setFound, setProblem);
  }, [deployment, revision]);
  return (
    <Dialog
      wide
      title={`Revision ${revision}`}
      onClose={onClose}
      actions={
        <>
          {onRollback && (
            <Button icon="undo-2" onClick={onRollback}>
              Rollback to this
            </Button>
          )}
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      {problem !== null && <Alert kind="error">{detailOf(problem)}</Alert>}
      {!found && problem === null && <Skeleton lines={6} />}
      {found && (
        <>
          <Facts facts={factsOf(found)} />
          <section class="stack" aria-label="Metadata">
            <h3>Metadata</h3>
            <MetadataTable metadata={found.spec.metadata} />
          </section>
          <section class="stack" aria-label="Environment Variables">
            <h3>Environment Variables</h3>
            <div>
              <EnvTable env={found.spec.env} />
            </div>
          </section>
          <details>
            <summary>Serving options</summary>
            <CodeBlock text={formatJson(found.spec.serving)} what="serving options" />
          </details>
        </>
      )}
    </Dialog>
  );
}

function factsOf({ spec, ...revision }: Revision): Fact[] {
  return [
    ['Update Message', <span class="pre">{revision.updateMessage || '-'}</span>],
    ['User', revision.createdBy],
    ['Timestamp', formatUtc(revision.createdAt)],
    ['Deployment Stopped', spec.stop ? 'True' : 'False'],
    ['Model Image', spec.modelImage],
    ['Model URI', spec.modelURI],
    ['Image Pull Secret', spec.imagePullSecret],
    ['Replicas', spec.replicas],
    ['Group', revision.group],
    ['Instance Type', revision.instanceType ? formatInstanceType(revision.instanceType) : spec.instanceType],
    ['Access Type', spec.endpointAccessType],
    ['Clients', revision.clients?.join(', ')],
    ['Description', spec.description && <span class="pre">{spec.description}</span>],
    ['Progress deadline', `${spec.progressDeadline} s`],
    ['Roll back by itself', spec.autoRollback ? 'Yes' : 'No'],
  ];
}
