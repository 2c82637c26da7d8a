import { createContext, type ComponentChildren } from 'preact';
import { useContext, useId, useState } from 'preact/hooks';
import { Button } from './button';
import { Icon } from './icon';

interface FieldFrame {
  label: ComponentChildren;
  hint?: ComponentChildren;
  /// What the program, or the form, has against the value; shown below it and read out.
  errors?: readonly string[] | undefined;
  required?: boolean;
}

/// What ties an input to its label, hint and errors.
interface Tied {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
  'aria-required': true | undefined;
}

/// Which time it is that the form was sent, where what is wrong is told only then: what was said of a value that is another
/// since does not stand there any more.
export const Attempt = createContext<number | null>(null);

/// A label above an input, and below it a hint and errors. For inputs that are not below.
export function Field({ label, hint, errors: told = [], required, children }: FieldFrame & { children: (tied: Tied) => ComponentChildren }) {
  const id = useId();
  const attempt = useContext(Attempt);
  const [changedAfter, setChangedAfter] = useState<number | null>(null);
  const errors = attempt !== null && attempt === changedAfter ? [] : told;
  const noteChange = () => setChangedAfter(attempt);
  const described = [hint && `${id}-hint`, errors.length > 0 && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="field" onInput={noteChange} onChange={noteChange}>
      <label class="field-label" for={id}>
        {label}
        {required && (
          <span class="field-required" aria-hidden="true">
            {' *'}
          </span>
        )}
      </label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': errors.length > 0 || undefined,
        'aria-required': required || undefined,
      })}
      {hint && (
        <div class="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      <FieldErrors id={`${id}-error`} errors={errors} />
    </div>
  );
}

export function FieldErrors({ id, errors }: { id?: string; errors: readonly string[] }) {
  if (errors.length === 0) return null;
  return (
    <div class="field-error" {...(id ? { id } : {})} role="alert">
      {errors.map((each) => (
        <div key={each}>
          <Icon name="circle-alert" size={14} /> {each}
        </div>
      ))}
    </div>
  );
}

interface Text extends FieldFrame {
  value: string;
  onInput: (value: string) => void;
  placeholder?: string;
  disabled?: boolean;
  autocomplete?: string;
  autoFocus?: boolean;
  maxLength?: number;
}

export function TextField({ label, hint, errors, required = false, value, onInput, type = 'text', list, ...rest }: Text & { type?: 'text' | 'password'; list?: string }) {
  return (
    <Field label={label} hint={hint} errors={errors} required={required}>
      {(tied) => {
        const props = { spellcheck: false, ...rest, ...tied, value, onInput: (event: InputEventOf) => onInput(event.currentTarget.value) };
        if (type === 'password') return <input type="password" {...props} />;
        return list === undefined ? <input type="text" {...props} /> : <input type="text" list={list} {...props} />;
      }}
    </Field>
  );
}

type InputEventOf = { currentTarget: HTMLInputElement };

export function TextArea({ label, hint, errors, required = false, value, onInput, rows = 4, mono = false, ...rest }: Text & { rows?: number; mono?: boolean }) {
  return (
    <Field label={label} hint={hint} errors={errors} required={required}>
      {(tied) => (
        <textarea
          {...rest}
          {...tied}
          rows={rows}
          class={mono ? 'mono' : undefined}
          spellcheck={!mono}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export interface Choice {
  value: string;
  text: string;
  disabled?: boolean;
}

export function SelectField(props: FieldFrame & { value: string; onInput: (value: string) => void; choices: readonly Choice[]; empty?: string; disabled?: boolean }) {
  const { label, hint, errors, required, value, onInput, choices, empty, disabled } = props;
  return (
    <Field label={label} hint={hint} errors={errors} required={required ?? false}>
      {(tied) => (
        <select {...tied} value={value} disabled={disabled ?? false} onChange={(event) => onInput(event.currentTarget.value)}>
          {empty !== undefined && <option value="">{empty}</option>}
          {choices.map((each) => (
            <option key={each.value} value={each.value} disabled={each.disabled ?? false}>
              {each.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/// A whole number with a button on either side; what is typed is kept as text until it is one.
export function NumberField(props: FieldFrame & { value: string; onInput: (value: string) => void; min?: number; max?: number; disabled?: boolean }) {
  const { label, hint, errors, required, value, onInput, min = 0, max = 1_000_000, disabled = false } = props;
  const step = (by: number) => onInput(String(Math.min(max, Math.max(min, (Number.parseInt(value, 10) || 0) + by))));
  return (
    <Field label={label} hint={hint} errors={errors} required={required ?? false}>
      {(tied) => (
        <div class="stepper">
          <Button icon="minus" label="One less" disabled={disabled || Number(value) <= min} onClick={() => step(-1)} />
          <input {...tied} type="text" inputMode="numeric" pattern="[0-9]*" disabled={disabled} value={value} onInput={(event) => onInput(event.currentTarget.value)} />
          <Button icon="plus" label="One more" disabled={disabled || Number(value) >= max} onClick={() => step(1)} />
        </div>
      )}
    </Field>
  );
}

interface Toggle {
  label: ComponentChildren;
  hint?: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  errors?: readonly string[];
}

export function Checkbox({ label, hint, checked, onChange, disabled = false, errors = [], role }: Toggle & { role?: 'switch' }) {
  const id = useId();
  return (
    <div class={role ? 'check check-switch' : 'check'}>
      <input
        id={id}
        type="checkbox"
        {...(role ? { role } : {})}
        checked={checked}
        disabled={disabled}
        aria-describedby={[hint && `${id}-hint`, errors.length > 0 && `${id}-error`].filter(Boolean).join(' ') || undefined}
        aria-invalid={errors.length > 0 || undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint && (
        <div class="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      <FieldErrors id={`${id}-error`} errors={errors} />
    </div>
  );
}

export function Switch(props: Toggle) {
  return <Checkbox {...props} role="switch" />;
}
