import { useId, useState } from 'preact/hooks';
import { Button } from './button';
import { Field } from './field';
import { Icon } from './icon';

interface NameListProps {
  label: string;
  hint?: string;
  /// What one of them is, such as "user".
  what: string;
  names: readonly string[];
  onChange: (names: string[]) => void;
  suggestions: readonly string[];
  errors: readonly string[];
}

/// Several names: each typed and added by Enter, a comma or by leaving the field, and taken away by its button.
export function NameList({ label, hint, what, names, onChange, suggestions, errors }: NameListProps) {
  const [text, setText] = useState('');
  const list = useId();
  const add = (typed: string) => {
    const added = typed.split(/[\s,]+/).filter((name) => name !== '' && !names.includes(name));
    setText('');
    if (added.length > 0) onChange([...names, ...new Set(added)]);
  };
  const onInput = (typed: string) => (/[\s,]/.test(typed) ? add(typed) : setText(typed));
  return (
    <Field label={label} hint={hint} errors={errors}>
      {(tied) => (
        <div class="names">
          {names.map((name) => (
            <span key={name} class="name">
              {name}
              <button type="button" aria-label={`Remove ${what} ${name}`} onClick={() => onChange(names.filter((each) => each !== name))}>
                <Icon name="x" size={14} />
              </button>
            </span>
          ))}
          <span class="names-add">
            <input
              {...tied}
              type="text"
              list={list}
              value={text}
              placeholder="Type a name, press Enter"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => onInput(event.currentTarget.value)}
              onBlur={() => add(text)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                // One Enter too many does not send the form.
                event.preventDefault();
                add(text);
              }}
            />
            <Button small icon="plus" label={`Add ${what}`} onClick={() => add(text)} />
          </span>
          <datalist id={list}>
            {suggestions
              .filter((name) => !names.includes(name))
              .map((name) => (
                <option key={name} value={name} />
              ))}
          </datalist>
        </div>
      )}
    </Field>
  );
}
