/**
 * Access by address: `ip:10.0.0.0/8` means every connection whose first 8 bits agree.
 *
 * Source: `IPAuthenticationProvider`.
 */

/** Whether an access list may contain this expression: an IPv4 or IPv6 address, optionally followed by `/` and a number of bits. */
export function isIpExpression(expression: string): boolean {
  return parseExpression(expression) !== null;
}

/** Whether a connection from `address` is meant by `expression`. */
export function ipMatches(address: string, expression: string): boolean {
  const wanted = parseExpression(expression);
  const actual = parseAddress(address);
  if (wanted === null || actual?.length !== wanted.bytes.length) return false;
  return wanted.bytes.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, wanted.bits - 8 * i));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((actual[i] as number) & mask);
  });
}

function parseExpression(expression: string): { readonly bytes: readonly number[]; readonly bits: number } | null {
  const slash = expression.indexOf('/');
  const bytes = parseAddress(slash < 0 ? expression : expression.slice(0, slash));
  if (bytes === null) return null;
  if (slash < 0) return { bytes, bits: bytes.length * 8 };
  const text = expression.slice(slash + 1);
  const bits = /^\+?\d+$/.test(text) ? Number(text) : -1;
  return bits < 0 || bits > bytes.length * 8 ? null : { bytes, bits };
}

function parseAddress(text: string): readonly number[] | null {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): readonly number[] | null {
  const parts = text.split('.');
  const bytes = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : -1));
  return bytes.length === 4 && bytes.every((byte) => byte >= 0 && byte <= 255) ? bytes : null;
}

function parseV6(text: string): readonly number[] | null {
  const halves = text.split('::');
  const [front, back] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (front === undefined || halves.length > 2) return null;
  const given = front.length + (back?.length ?? 0);
  if (back === undefined ? given !== 8 : given >= 8) return null;
  const segments = back === undefined ? front : [...front, ...new Array<string>(8 - given).fill('0'), ...back];
  if (!segments.every((segment) => /^[0-9a-fA-F]{1,4}$/.test(segment))) return null;
  return segments.flatMap((segment) => [parseInt(segment, 16) >> 8, parseInt(segment, 16) & 0xff]);
}
