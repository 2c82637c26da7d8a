import { useState } from 'preact/hooks';
import { parseKeyValueLines, type KeyValue } from '../lib/key_values';
import { Button } from './button';
import { FieldErrors } from './field';

interface EditorProps {
  legend: string;
  hint?: string;
  rows: readonly KeyValue[];
  onChange: (rows: KeyValue[]) => void;
  /// What a key is called: "Key" or "Name".
  keyTitle: string;
  /// Values are hidden until they are asked for.
  secret?: boolean;
  errorsOf: (index: number, part: 'key' | 'value' | 'row') => readonly string[];
}

/// Rows of a name and a value. Lines of `NAME=value` that are pasted into a name become rows.
export function KeyValueEditor({ legend, hint, rows, onChange, keyTitle, secret = false, errorsOf }: EditorProps) {
  const [shown, setShown] = useState(false);
  const set = (index: number, change: Partial<KeyValue>) => onChange(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  const paste = (index: number, event: ClipboardEvent) => {
    const pasted = parseKeyValueLines(event.clipboardData?.getData('text') ?? '');
    if (!pasted) return;
    event.preventDefault();
    const present = rows[index];
    const keeps = present && (present.key !== '' || present.value !== '');
    onChange([...rows.slice(0, index), ...(keeps ? [present] : []), ...pasted, ...rows.slice(index + 1)]);
  };
  const add = (event: MouseEvent) => {
    const list = (event.currentTarget as HTMLElement).closest('fieldset');
    onChange([...rows, { key: '', value: '' }]);
    setTimeout(() => list?.querySelector<HTMLInputElement>('.pair:last-of-type input')?.focus());
  };
  return (
    <fieldset class="pairs">
      <legend>{legend}</legend>
      {hint && <div class="field-hint">{hint}</div>}
      {rows.map((row, index) => {
        const keyErrors = errorsOf(index, 'key');
        const valueErrors = errorsOf(index, 'value');
        return (
          <div key={index} class="pair">
            <input
              type="text"
              aria-label={`${keyTitle} ${index + 1}`}
              placeholder={keyTitle}
              spellcheck={false}
              autocomplete="off"
              value={row.key}
              aria-invalid={keyErrors.length > 0 || undefined}
              onInput={(event) => set(index, { key: event.currentTarget.value })}
              onPaste={(event) => paste(index, event)}
            />
            <input
              type="text"
              class={secret && !shown ? 'masked' : undefined}
              aria-label={`Value ${index + 1}`}
              placeholder="Value"
              spellcheck={false}
              autocomplete="off"
              value={row.value}
              aria-invalid={valueErrors.length > 0 || undefined}
              onInput={(event) => set(index, { value: event.currentTarget.value })}
            />
            <Button kind="ghost" icon="trash" label={`Remove ${row.key || `row ${index + 1}`}`} onClick={() => onChange(rows.filter((_, at) => at !== index))} />
            <FieldErrors errors={[...keyErrors, ...valueErrors, ...errorsOf(index, 'row')]} />
          </div>
        );
      })}
      <div class="row">
        <Button small icon="plus" onClick={add}>
          Add field
        </Button>
        {secret && rows.length > 0 && (
          <Button small kind="ghost" icon={shown ? 'eye-off' : 'eye'} onClick={() => setShown(!shown)}>
            {shown ? 'Hide values' : 'Show values'}
          </Button>
        )}
      </div>
    </fieldset>
  );
}
