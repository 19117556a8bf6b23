/** C8: one JSON object a line, under the keys of the common encoders; and the envelope of Docker's json-file driver. */
import type { Sid } from '../../base/ids.ts';
import type { LogRecord } from './facts.ts';
import { parseTime } from './times.ts';
import { inRange, levelOf } from './words.ts';

/** What such an object says. */
export interface JsonEntry {
  readonly at: number | null;
  readonly level: LogRecord['level'] | null;
  readonly thread: string;
  readonly logger: string;
  readonly message: string;
  readonly host: string | null;
  readonly myid: Sid | null;
  /** Lines of the stack trace, the exception first. */
  readonly trace: readonly string[];
  /** The line inside an envelope: to be read by itself. */
  readonly wrapped: string | null;
}

const MESSAGE = ['message', 'msg', '@message', 'log'];
const TIME = ['@timestamp', 'timestamp', 'time', 'ts', 'date', 'timeMillis', 'epochMillis'];
const LEVEL = ['level', 'severity', 'log.level', 'loglevel', 'levelname'];
const THREAD = ['thread', 'thread_name', 'threadName', 'process.thread.name'];
const LOGGER = ['loggerName', 'logger', 'logger_name', 'log.logger', 'class', 'name'];
const TRACE = ['stack_trace', 'exception', 'thrown', 'throwable', 'error.stack_trace', 'stackTrace', 'extendedStackTrace'];
const HOST = ['host', 'hostname', 'pod', 'kubernetes.pod_name'];
const MAX_TRACE_LINES = 400;

/** Reads one object; null when it is no JSON, or has no message. */
export function readJson(text: string): JsonEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const message = firstText(value, MESSAGE);
  if (message === null) return null;
  const level = firstText(value, LEVEL);
  const lines = message.split('\n', MAX_TRACE_LINES);
  const at = instantOf(value['instant']) ?? firstTime(value);
  // Docker: {"log":"2018-…\n","stream":"stdout","time":"…"}
  const wrapped = level === null && typeof value['log'] === 'string' ? (lines[0] ?? '') : null;
  return {
    at,
    level: level === null ? null : levelOf(level),
    thread: firstText(value, THREAD) ?? '',
    logger: firstText(value, LOGGER) ?? '',
    message: lines[0] ?? '',
    host: firstText(value, HOST),
    myid: myidOf(value['myid'] ?? (isObject(value['mdc']) ? value['mdc']['myid'] : undefined)),
    trace: [...lines.slice(1), ...TRACE.flatMap((key) => traceOf(value[key], 0))].slice(0, MAX_TRACE_LINES),
    wrapped,
  };
}

/** A trace as text, or as Log4j 2's `thrown` object. */
function traceOf(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return value.split('\n', MAX_TRACE_LINES);
  if (!isObject(value) || depth > 8) return [];
  const name = firstText(value, ['name', 'exception_class', 'class']);
  const message = firstText(value, ['localizedMessage', 'message', 'exception_message']);
  const head = name === null ? [] : [`${depth > 0 ? 'Caused by: ' : ''}${name}${message === null ? '' : `: ${message}`}`];
  return [...head, ...traceOf(value['stacktrace'], depth), ...traceOf(value['cause'], depth + 1)];
}

function instantOf(value: unknown): number | null {
  if (!isObject(value) || typeof value['epochSecond'] !== 'number') return null;
  const nanos = typeof value['nanoOfSecond'] === 'number' ? value['nanoOfSecond'] : 0;
  return parseTime(value['epochSecond']) === null ? null : value['epochSecond'] * 1000 + Math.floor(nanos / 1e6);
}

function firstTime(value: Record<string, unknown>): number | null {
  for (const key of TIME) {
    const at = parseTime(value[key]);
    if (at !== null) return at;
  }
  return null;
}

function firstText(value: Record<string, unknown>, keys: readonly string[]): string | null {
  for (const key of keys) {
    const found = valueAt(value, key);
    if (typeof found === 'string') return found;
  }
  return null;
}

/** `log.level` is one key to some encoders, and an object in an object to others. */
function valueAt(value: Record<string, unknown>, key: string): unknown {
  const plain = value[key];
  if (plain !== undefined || !key.includes('.')) return plain;
  return key.split('.').reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

function myidOf(value: unknown): Sid | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return /^\d{1,15}$/.test(String(value)) ? inRange(Number(value)) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
