import type { ApiError } from '../../api/problem';
import { isReadOnly } from '../../state/session';
import { Alert } from '../../ui/alert';
import { pointerName } from '../../ui/change_list';

export function LooksOnly() {
  return isReadOnly.value ? <Alert kind="warning">You are signed in with a token that may look only.</Alert> : null;
}

/// Why it was not done, in short; what is wrong with a field stands at the field. Quota has its own panel.
export function Refusal({ error }: { error: ApiError | null }) {
  if (!error || error.status === 412) return null;
  return (
    <Alert kind="error" title={error.code === 'RESOURCE_CONFLICT' ? 'Resource name already exist' : error.code === 'EXCEED_QUOTA' ? 'Exceed Quota' : 'Not done'}>
      {error.message}
      {error.fields.length > 0 && (
        <ul>
          {error.fields.map((each) => (
            <li key={each.pointer}>
              {pointerName(each.pointer)}: {each.detail}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}
