import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, detailOf, errorsAt, type FieldError } from '../api/problem';
import { Alert } from './alert';
import { Button } from './button';
import { Dialog } from './dialog';

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

/// A form in a dialog, with the program's errors at its fields. The first wrong field gets the focus.
export function FormDialog({ title, yes, wide, onClose, act, onDone = onClose, pointers, children }: FormDialogProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const form = useRef<HTMLFormElement>(null);
  const fields: readonly FieldError[] = problem instanceof ApiError ? problem.fields : [];
  const elsewhere = fields.filter((each) => !pointers.some((place) => isBelow(each.pointer, place)));

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [problem]);

  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
      onDone();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={busy ? undefined : onClose} {...(wide ? { wide } : {})}>
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
        {children((pointer) => errorsAt(fields, pointer))}
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
