/** Client operations as the panel offers them: from typed text to a `ClientOp`, and answers as text. */
import { utf8 } from '../../base/ids.ts';
import { formatZxid } from '../../base/zxid.ts';
import type { OpOutcome } from '../../ensemble/types.ts';
import { dataText } from '../inspector/values.ts';
import type { ClientOp, CreateMode, OpResult } from '../../tree/types.ts';
import type { Dictionary } from '../i18n/en.ts';

export const OPERATIONS = ['create', 'set', 'get', 'delete', 'ls', 'exists', 'sync'] as const;
export type Operation = (typeof OPERATIONS)[number];

export const MODES: readonly CreateMode[] = ['persistent', 'ephemeral', 'persistentSequential', 'ephemeralSequential', 'container'];

/** Whether an operation carries data. */
export function takesData(operation: Operation): boolean {
  return operation === 'create' || operation === 'set';
}

export function isPath(path: string): boolean {
  return path === '/' || /^(\/[^/\0]+)+$/.test(path);
}

export function opOf(operation: Operation, path: string, data: string, mode: CreateMode): ClientOp {
  switch (operation) {
    case 'create':
      return { op: 'create', path, data: utf8(data), acl: [{ perms: 31, scheme: 'world', id: 'anyone' }], mode };
    case 'set':
      return { op: 'setData', path, data: utf8(data), version: -1 };
    case 'get':
      return { op: 'getData', path };
    case 'delete':
      return { op: 'delete', path, version: -1 };
    case 'ls':
      return { op: 'getChildren2', path };
    case 'exists':
      return { op: 'exists', path };
    case 'sync':
      return { op: 'sync', path };
  }
}

/** `create /a` */
export function opText(op: ClientOp): string {
  return 'path' in op ? `${op.op} ${op.path}` : op.op;
}

/** What an answer says, in a few words. */
export function answerText({ outcome, err, zxid, result }: OpOutcome, t: Dictionary): string {
  if (outcome === 'unknown') return err === 'OK' ? t.clients.unknown : err;
  if (outcome === 'rejected') return err;
  const said = resultText(result, t);
  return [said, zxid === null ? '' : formatZxid(zxid)].filter((part) => part !== '').join(' · ');
}

function resultText(result: OpResult, t: Dictionary): string {
  switch (result.kind) {
    case 'none':
      return '';
    case 'path':
    case 'created':
      return result.path;
    case 'stat':
      return t.clients.version(result.stat.version);
    case 'data':
      return `${dataText(result.data) ?? t.clients.noData} (${t.clients.version(result.stat.version)})`;
    case 'children':
      return result.children.length <= 12 ? `[${result.children.join(', ')}]` : t.clients.children(result.children.length);
    case 'acl':
      return result.acl.map(({ scheme, id }) => `${scheme}:${id}`).join(' ');
    case 'paths':
      return `[${result.paths.join(', ')}]`;
    case 'number':
      return String(result.number);
    case 'multi':
      return result.results.map(({ err }) => err).join(' ');
  }
}
