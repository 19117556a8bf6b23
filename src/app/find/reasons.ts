/** What is wrong with a condition, in the reader's language. The parser says it in English. */
import type { Language } from '../i18n/i18n.svelte.ts';

const ZH: readonly (readonly [RegExp, string])[] = [
  [/^unknown fact "(.*)"$/s, '没有名为“$1”的事实'],
  [/^unknown rule "(.*)"$/s, '没有名为“$1”的规则'],
  [/^unknown role "(.*)"$/s, '没有名为“$1”的角色'],
  [/^unknown message kind "(.*)"$/s, '没有名为“$1”的消息'],
  [/^unknown \w[\w ]* "(.*)"; expected one of (.*)$/s, '“$1”无效；应为 $2 之一'],
  [/^there is no server "(.*)"; the servers are (.*)$/s, '没有服务器“$1”；现有服务器：$2'],
  [/^expected one of (.*), got "(.*)"$/s, '应为 $1 之一，而不是“$2”'],
  [/^expected a value, got the end$/, '后面还缺一个值'],
  [/^expected a value, got "(.*)"$/s, '此处应为一个值，而不是“$1”'],
  [/^expected the name of a fact, got the end$/, '后面还缺一个事实的名称'],
  [/^expected the name of a fact, got "(.*)"$/s, '此处应为事实的名称，而不是“$1”'],
  [/^expected an argument of "(.*)", got .*$/s, '“$1”的括号里缺一个参数'],
  [/^expected "(.*)", got the end$/s, '后面还缺“$1”'],
  [/^expected "(.)", got "(.*)"$/s, '此处应为“$1”，而不是“$2”'],
  [/^expected "and", "or", a comparison or the end, got "(.*)"$/s, '此处应为 and、or、比较，或到此为止，而不是“$1”'],
  [/^expected a whole number, got "(.*)"$/s, '应为整数，而不是“$1”'],
  [/^expected a zxid, such as (\S+), got "(.*)"$/s, '应为 zxid（如 $1），而不是“$2”'],
  [/^expected a path(?:, such as .*|), got "(.*)"$/s, '应为路径（如 /a），而不是“$1”'],
  [/^expected a path or a zxid, .*, got "(.*)"$/s, '应为路径或 zxid（如 /a 或 0x100000003），而不是“$1”'],
  [/^expected a server or a path, .*, got "(.*)"$/s, '应为服务器或路径（如 1 或 /a），而不是“$1”'],
  [/^expected a session, .*, got "(.*)"$/s, '应为会话（如 0x100003464c50000），而不是“$1”'],
  [/^expected the letter of a client, .*, got "(.*)"$/s, '应为客户端的字母（如 a），而不是“$1”'],
  [/^expected a word, got "(.*)"$/s, '应为一个词，而不是“$1”'],
  [/^expected a text in quotation marks.*$/s, '应为引号中的文字，如 "no quorum"'],
  [/^expected = or != after "(.*)", which gives a word$/s, '“$1”是一个词，只能用 = 或 != 比较'],
  [/^"(.*)" is true or false by itself; expected no comparison$/s, '“$1”本身就是真或假，不能再比较'],
  [/^"(.*)" takes at most (\d+) arguments$/s, '“$1”最多有 $2 个参数'],
  [/^"(.*)" needs (\d+) of these in parentheses: (.*)$/s, '“$1”的括号里需要 $2 个参数：$3'],
  [/^"(.*)" gives a (\w+) and cannot be compared with a (\w+)$/s, '“$1”是 $2，不能和 $3 比较'],
  [/^expected at most (\d+) levels of "not" and parentheses$/, 'not 和括号最多 $1 层'],
  [/^expected at most (\d+) characters, got (\d+)$/, '最多 $1 个字符，这里有 $2 个'],
];

/** @param says what the parser expected, in English. A sentence that is not known stays as it is. */
export function reasonIn(language: Language, says: string): string {
  if (language === 'en') return `${says[0]?.toUpperCase() ?? ''}${says.slice(1)}.`;
  const found = ZH.find(([pattern]) => pattern.test(says));
  return found === undefined ? says : `${says.replace(found[0], found[1])}。`;
}
