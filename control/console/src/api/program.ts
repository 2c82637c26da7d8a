import { api } from './client';
import type { components } from './openapi';
import type { Version } from './types';

type LogLevelDocument = components['schemas']['LogLevel'];
export type LogLevel = LogLevelDocument['level'];
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warning', 'error', 'off'];

export const getVersion = () => api.get<Version>('/version');
export const getLogLevel = () => api.get<LogLevelDocument>('/log-level');
export const setLogLevel = (level: LogLevel) => api.put<LogLevelDocument>('/log-level', { level });
