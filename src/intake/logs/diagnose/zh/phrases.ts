/** 中文句子的小部件。Small pieces of Chinese sentences. */
import type { Words } from '../words.ts';

/** `1、2 和 3`; `无` when there is none. */
export function and(items: readonly string[]): string {
  if (items.length === 0) return '无';
  return items.length === 1 ? (items[0] ?? '') : `${items.slice(0, -1).join('、')} 和 ${items.at(-1) ?? ''}`;
}

export function servers(items: readonly string[]): string {
  return items.length === 0 ? '没有任何服务器' : `服务器 ${and(items)}`;
}

/** `340 毫秒`, `4.1 秒`, `3 分 5 秒`, `2 小时 5 分`. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1000) return `${Math.round(size)} 毫秒`;
  if (size < 59_950) return `${(size / 1000).toFixed(1)} 秒`;
  const seconds = Math.round(size / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} 分 ${seconds % 60} 秒`;
  return `${Math.floor(seconds / 3600)} 小时 ${Math.floor((seconds % 3600) / 60)} 分`;
}

/** `(10:11:12.345)`, or how often between when. */
export function when(w: Words): string {
  if (w.count <= 1 || w.s('time') === w.s('until')) return w.s('time') === '' ? '' : `（${w.s('time')}）`;
  return `（${w.s('time')} 至 ${w.s('until')} 共 ${w.count} 次）`;
}

export function saying(text: string): string {
  return text === '' ? '' : `（“${text}”）`;
}

export function limit(name: string, ms: number): string {
  return ms > 0 ? `${name}（${span(ms)}）` : name;
}

export function epoch(value: number): string {
  return value < 0 ? '未知' : String(value);
}
