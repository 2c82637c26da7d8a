import { api } from './client';
import type { Version } from './types';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'off';
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warning', 'error', 'off'];

export const getVersion = () => api.get<Version & { grafanaUrl?: string | null }>('/version');
export const getLogLevel = () => api.get<{ level: LogLevel }>('/log-level');
export const setLogLevel = (level: LogLevel) => api.put<{ level: LogLevel }>('/log-level', { level });
