import { useState } from 'preact/hooks';
import { CodeBlock } from '../../ui/code_block';

type Form = 'JSON' | 'CLI' | 'curl';

/// The same change as a document and as commands: for scripts, and to show to others. Values of the environment stand in it.
export function ShownAs({ texts }: { texts: Record<Form, string> }) {
  const [form, setForm] = useState<Form>('JSON');
  return (
    <details class="card form-section">
      <summary>View as JSON / CLI / curl</summary>
      <div class="stack">
        <div class="segments" role="group" aria-label="View as">
          {(Object.keys(texts) as Form[]).map((each) => (
            <button key={each} type="button" aria-pressed={form === each} onClick={() => setForm(each)}>
              {each}
            </button>
          ))}
        </div>
        <CodeBlock text={texts[form]} what={form} />
      </div>
    </details>
  );
}
