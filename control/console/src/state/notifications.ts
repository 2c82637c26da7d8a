import { signal } from '@preact/signals';
import { ApiError, detailOf, titleOf } from '../api/problem';

export interface Notification {
  readonly id: number;
  readonly kind: 'success' | 'info' | 'error';
  readonly title: string;
  readonly text: string;
  /// A page to go on to.
  readonly link?: { href: string; text: string } | undefined;
  readonly requestId?: string | undefined;
  readonly at: number;
}

const longestList = 50;

/// Newest first.
export const notifications = signal<readonly Notification[]>([]);
/// Those still shown as toasts.
export const toasts = signal<readonly Notification[]>([]);
export const unread = signal(0);

let lastId = 0;

/// Tells the person something that happened. Errors stay until they are closed; the rest goes after `seconds`.
export function notify(said: Omit<Notification, 'id' | 'at'>, seconds = said.kind === 'error' ? 0 : 10): void {
  const notification: Notification = { ...said, id: ++lastId, at: Date.now() };
  notifications.value = [notification, ...notifications.value].slice(0, longestList);
  toasts.value = [...toasts.value, notification].slice(-4);
  unread.value += 1;
  if (seconds > 0) setTimeout(() => dismiss(notification.id), seconds * 1000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

export function notifyError(error: unknown, doing?: string): void {
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  notify({ kind: 'error', title: titleOf(error), text: doing ? `${doing}: ${detailOf(error)}` : detailOf(error), requestId });
}
