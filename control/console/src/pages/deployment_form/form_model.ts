import { useRef, useState } from 'preact/hooks';
import { errorsAt, type FieldError } from '../../api/problem';
import { findJsonMistake } from '../../lib/json_text';
import { filledRows, type FormState } from './form_state';

/// The form's text, and what there is to say against it at each field.
export interface FormModel {
  form: FormState;
  set: (change: Partial<FormState>) => void;
  replace: (form: FormState) => void;
  /// By JSON pointer into the document. What the program said of fields that nobody has touched yet is held back until
  /// it was tried to send the form.
  errors: (...pointers: string[]) => string[];
  /// Only what is said of `pointer` itself.
  ownErrors: (pointer: string) => string[];
  rowErrors: (list: 'metadata' | 'env') => (index: number, part: 'key' | 'value' | 'row') => string[];
  tried: boolean;
  try: () => void;
}

/// The member of the form whose change makes its errors worth showing.
function memberOf(pointer: string): string {
  const member = pointer.split('/')[1] ?? '';
  if (member === 'external') return 'urls';
  if (member === 'endpointAccessType') return 'isPrivate';
  return member;
}

export function useFormModel(start: FormState): FormModel & { take: (errors: readonly FieldError[]) => void } {
  const [form, setForm] = useState(start);
  const [given, setGiven] = useState<readonly FieldError[]>([]);
  const [tried, setTried] = useState(false);
  const touched = useRef(new Set<string>());

  const set = (change: Partial<FormState>) => {
    for (const member of Object.keys(change)) touched.current.add(member);
    setForm((before) => ({ ...before, ...change }));
  };
  const isTold = (pointer: string) => tried || touched.current.has(memberOf(pointer));
  const errors = (...pointers: string[]) => pointers.flatMap((pointer) => (isTold(pointer) ? errorsAt(given, pointer) : []));

  const ownErrors = (pointer: string) => (isTold(pointer) ? given.filter((each) => each.pointer === pointer).map((each) => each.detail) : []);

  const rowErrors = (list: 'metadata' | 'env') => (index: number, part: 'key' | 'value' | 'row') => {
    const position = filledRows(form[list]).findIndex((each) => each.index === index);
    const key = form[list][index]?.key.trim() ?? '';
    if (list === 'env') {
      if (part === 'row') return given.filter((each) => each.pointer === `/env/${position}`).map((each) => each.detail);
      return errors(`/env/${position}/${part === 'key' ? 'name' : 'value'}`);
    }
    if (part === 'row' && key !== '' && form.metadata.findIndex((each) => each.key.trim() === key) !== index) return [`"${key}" stands twice`];
    return part === 'key' && position >= 0 ? given.filter((each) => each.pointer === `/metadata/${escapePointer(key)}`).map((each) => each.detail) : [];
  };
  return { form, set, replace: setForm, errors, ownErrors, rowErrors, tried, try: () => setTried(true), take: setGiven };
}

/// Source: RFC 6901.
function escapePointer(member: string): string {
  return member.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function exampleMistake(form: FormState): string {
  const text = form.serving.exampleRequest;
  const mistake = text.trim() === '' ? null : findJsonMistake(text);
  return mistake ? `Line ${mistake.line}, column ${mistake.column}: ${mistake.message}` : '';
}

/// Puts the focus on the first field that has an error, when they are on the page.
export function focusFirstError(): void {
  setTimeout(() => {
    const one = (selector: string) => document.querySelector<HTMLElement>(selector);
    const first = one('#main [aria-invalid="true"]') ?? one('#main .field-error') ?? one('#main .alert-error');
    if (!first) return;
    if (!first.matches('input, select, textarea, button')) first.tabIndex = -1;
    first.closest('details')?.setAttribute('open', '');
    first.scrollIntoView({ block: 'center' });
    first.focus();
  });
}
