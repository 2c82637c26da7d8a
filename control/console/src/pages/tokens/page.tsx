import { useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import { query, setQuery } from '../../router/location';
import { isComplete, tokens } from '../../state/live';
import { hasFullRights, isAdmin, me } from '../../state/session';
import { Button, LinkButton } from '../../ui/button';
import { EmptyState } from '../../ui/empty_state';
import { Checkbox } from '../../ui/field';
import { PageHead } from '../../ui/page_head';
import { Skeleton } from '../../ui/skeleton';
import { TokenForm } from './token_form';
import { TokenTable } from './token_table';
import '../../styles/admin.css';

export default function TokensPage(_: PageProps) {
  const [creating, setCreating] = useState(false);
  const own = me.value?.name ?? '';
  const mine = query.value.get('mine') === '1';
  const shown = [...tokens.value.values()].filter((token) => !mine || token.user === own).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const create = hasFullRights.value && (
    <Button kind="primary" icon="plus" onClick={() => setCreating(true)}>
      New API token
    </Button>
  );
  return (
    <>
      <PageHead
        title="API tokens"
        actions={
          <>
            <LinkButton icon="user" href={`/users/${encodeURIComponent(own)}`}>
              Your account
            </LinkButton>
            {create}
          </>
        }
      >
        <p class="dim">For the command line and this API. Applications that ask for predictions use a deployment's clients.</p>
      </PageHead>
      {!isComplete.value ? (
        <Skeleton lines={6} />
      ) : (
        <div class="stack">
          {isAdmin.value && <Checkbox label="Mine only" checked={mine} onChange={(on) => setQuery({ mine: on })} />}
          {shown.length === 0 ? (
            <EmptyState icon="key-round" title="There is no API token" action={create}>
              Make one for the command line, a notebook or a pipeline.
            </EmptyState>
          ) : (
            <TokenTable tokens={shown} withUser={isAdmin.value} />
          )}
        </div>
      )}
      {creating && <TokenForm onClose={() => setCreating(false)} />}
    </>
  );
}
