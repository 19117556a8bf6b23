/** Times as logs, transports and viewers print them: read as UTC, ms since 1970. */
import { utcMs } from '../../base/utc.ts';

/** `2018-09-04 10:11:12,345` and its relatives: `T` between, a dot, one to nine decimals or none, a zone behind. */
export class TimeReader {
  /** Of the last time read: ms since 1970, and where it ends in the text. */
  ms = 0;
  end = 0;
  private day = -1;
  private dayMs = 0;

  read(text: string, from: number): boolean {
    if (text.charCodeAt(from + 4) !== 45 || text.charCodeAt(from + 7) !== 45 || text.charCodeAt(from + 13) !== 58) return false;
    const year = two(text, from) * 100 + two(text, from + 2);
    const month = two(text, from + 5);
    const date = two(text, from + 8);
    const between = text.charCodeAt(from + 10);
    const hour = two(text, from + 11);
    const minute = two(text, from + 14);
    const second = two(text, from + 17);
    if (Number.isNaN(year + month + date + hour + minute + second) || text.charCodeAt(from + 16) !== 58) return false;
    if ((between !== 32 && between !== 84 && between !== 95) || month < 1 || month > 12 || date < 1 || date > 31) return false;
    if (hour > 24 || minute > 59 || second > 60) return false;
    const day = year * 10_000 + month * 100 + date;
    if (day !== this.day) {
      this.day = day;
      this.dayMs = utcMs(year, month, date);
    }
    let ms = this.dayMs + hour * 3_600_000 + minute * 60_000 + second * 1000;
    let at = from + 19;
    const point = text.charCodeAt(at);
    if (point === 44 || point === 46) {
      let unit = 100;
      for (at++; at < from + 29; at++, unit /= 10) {
        const digit = text.charCodeAt(at) - 48;
        if (!(digit >= 0 && digit <= 9)) break;
        if (unit >= 1) ms += digit * unit;
      }
    }
    const zone = text.charCodeAt(at);
    if (zone === 90) at++;
    else if ((zone === 43 || zone === 45) && between === 84) {
      const hours = two(text, at + 1);
      const colon = text.charCodeAt(at + 3) === 58 ? 1 : 0;
      const minutes = two(text, at + 3 + colon);
      if (Number.isNaN(hours + minutes)) return false;
      ms -= (zone === 43 ? 1 : -1) * (hours * 60 + minutes) * 60_000;
      at += 5 + colon;
    }
    this.ms = ms;
    this.end = at;
    return true;
  }
}

/** Two digits; NaN otherwise. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Month 1…12 of an English three-letter name; 0 for anything else. */
export function monthOf(name: string): number {
  const at = name.length === 3 ? MONTHS.indexOf(name) : -1;
  return at >= 0 && at % 3 === 0 ? at / 3 + 1 : 0;
}

const reader = new TimeReader();

/** A time by itself: ISO 8601 in its spellings, or a number of seconds or milliseconds since 1970. Null for anything else. */
export function parseTime(value: unknown): number | null {
  if (typeof value === 'string') {
    if (reader.read(value, 0)) return reader.ms;
    return /^\d{9,16}(\.\d{1,9})?$/.test(value) ? parseTime(Number(value)) : null;
  }
  if (typeof value !== 'number' || !(value > 0 && value < 1e17)) return null;
  // Seconds, milliseconds, microseconds: told apart by size, good for the years 1973 to 5138.
  return Math.floor(value < 1e11 ? value * 1000 : value < 1e14 ? value : value / 1000);
}
