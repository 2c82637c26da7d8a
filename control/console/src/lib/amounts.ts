import { ApiError, type FieldError } from '../api/problem';

/// Numbers that were typed into fields, by the JSON pointer of each: empty is null, for no bound.
///
/// Errors: ApiError with an error at each field that is no number, or is empty though it is in `required`, in the form
/// that the program has for its own.
export function readAmounts<Texts extends Record<string, string>>(texts: Texts, required: readonly (keyof Texts)[] = []): Record<keyof Texts, number | null> {
  const errors: FieldError[] = [];
  const amounts: Record<string, number | null> = {};
  for (const [pointer, typed] of Object.entries(texts)) {
    const text = typed.trim().replace(',', '.');
    amounts[pointer] = text === '' ? null : Number(text);
    if (text === '' && required.includes(pointer)) errors.push({ pointer, code: 'REQUIRED', detail: 'is required' });
    if (text !== '' && !/^-?(\d+\.?\d*|\.\d+)$/.test(text)) errors.push({ pointer, code: 'MALFORMED', detail: 'must be a number' });
  }
  if (errors.length > 0) throw new ApiError(422, { detail: 'Some numbers are none.', code: 'REQUEST_BODY_INVALID', errors });
  return amounts as Record<keyof Texts, number | null>;
}

/// As it stands in a field.
export function amountText(amount: number | null | undefined): string {
  return amount === null || amount === undefined ? '' : String(amount);
}
