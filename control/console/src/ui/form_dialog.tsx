import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, detailOf, errorsAt, type FieldError } from '../api/problem';
import { guardLeaving } from '../router/location';
import { Alert } from './alert';
import { Button } from './button';
import { askDiscard } from './confirm';
import { Dialog } from './dialog';
import { Attempt } from './field';

/// What is wrong with the value that `pointer` leads to.
export type ErrorsOf = (pointer: string) => string[];

interface FormDialogProps {
  title: string;
  yes: string;
  wide?: boolean;
  onClose: () => void;
  /// Does what the form is for; what it throws is shown, and the dialog stays.
  act: () => Promise<unknown>;
  /// After it was done; `onClose` if not said.
  onDone?: () => void;
  /// Where the form shows errors itself: what the program says of anything else stands above the form.
  pointers: readonly string[];
  children: (errorsOf: ErrorsOf) => ComponentChildren;
}

const isBelow = (pointer: string, place: string) => pointer === place || pointer.startsWith(place + '/');

/// What stands in a form: its inputs, and the buttons that name what was added to a list.
function valuesOf(form: HTMLFormElement): string {
  return JSON.stringify(
    [...form.elements].map((each) => {
      if (each instanceof HTMLButtonElement) return each.ariaLabel;
      if (each instanceof HTMLInputElement && (each.type === 'checkbox' || each.type === 'radio')) return each.checked;
      return each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement || each instanceof HTMLSelectElement ? each.value : null;
    }),
  );
}

/// A form in a dialog, with the program's errors at its fields. The first wrong field gets the focus. What was put in is
/// discarded by its own Cancel at once; by Escape, a click beside it or another page only after a question.
export function FormDialog({ title, yes, wide, onClose, act, onDone = onClose, pointers, children }: FormDialogProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const fields: readonly FieldError[] = problem instanceof ApiError ? problem.fields : [];
  const elsewhere = fields.filter((each) => !pointers.some((place) => isBelow(each.pointer, place)));

  const begun = useRef('');
  const done = useRef(false);
  const isDirty = () => !done.current && form.current !== null && valuesOf(form.current) !== begun.current;
  useEffect(() => {
    if (form.current) begun.current = valuesOf(form.current);
    return guardLeaving(askDiscard, isDirty);
  }, []);
  const leave = async () => {
    if (!isDirty() || (await askDiscard())) onClose();
  };

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [problem]);

  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
      done.current = true;
      onDone();
    } catch (error) {
      setProblem(error);
      setAttempt(attempt + 1);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={busy ? undefined : () => void leave()} {...(wide ? { wide } : {})}>
      <form
        ref={form}
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void submit();
        }}
      >
        {problem !== null && (fields.length === 0 || elsewhere.length > 0) && (
          <Alert kind="error">
            {fields.length === 0 ? detailOf(problem) : elsewhere.map((each) => <div key={each.pointer + each.code}>{`${each.pointer}: ${each.detail}`}</div>)}
          </Alert>
        )}
        <Attempt.Provider value={attempt}>{children((pointer) => errorsAt(fields, pointer))}</Attempt.Provider>
        <footer class="dialog-actions">
          <Button onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" kind="primary" busy={busy}>
            {yes}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
