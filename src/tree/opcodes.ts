/** Operation and transaction numbers, as they stand in requests and in txn headers. */
import type { ClientOp, CreateMode, TxnType } from './types.ts';

/** Source: `ZooDefs.OpCode`. */
const TXN_NUMBERS: Readonly<Record<TxnType, number>> = {
  createSession: -10,
  closeSession: -11,
  error: -1,
  create: 1,
  delete: 2,
  setData: 5,
  setACL: 7,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  createContainer: 19,
  deleteContainer: 20,
  createTTL: 21,
};

const TXN_NAMES: ReadonlyMap<number, TxnType> = new Map(Object.entries(TXN_NUMBERS).map(([name, number]) => [number, name as TxnType]));

/** Source: `ZooDefs.OpCode`. Creates are numbered by mode as well, see `opNumber`. */
const OP_NUMBERS: Readonly<Record<ClientOp['op'], number>> = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getACL: 6,
  setACL: 7,
  getChildren: 8,
  sync: 9,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  deleteContainer: 20,
  multiRead: 22,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  createSession: -10,
  closeSession: -11,
};

/** The number of a txn type in a txn header: 1 for `create`. */
export function txnTypeNumber(type: TxnType): number {
  return TXN_NUMBERS[type];
}

/** The txn type of a number, or null if no txn has it. */
export function txnTypeName(number: number): TxnType | null {
  return TXN_NAMES.get(number) ?? null;
}

/** The number of an operation in a request header. Creating a container (19) or a TTL node (21) has a number of its own. */
export function opNumber(op: ClientOp): number {
  if (op.op === 'create' || op.op === 'create2') {
    if (op.mode === 'container') return TXN_NUMBERS.createContainer;
    if (isTtlMode(op.mode)) return TXN_NUMBERS.createTTL;
  }
  return OP_NUMBERS[op.op];
}

export function isSequential(mode: CreateMode): boolean {
  return mode === 'persistentSequential' || mode === 'ephemeralSequential' || mode === 'ttlSequential';
}

export function isEphemeral(mode: CreateMode): boolean {
  return mode === 'ephemeral' || mode === 'ephemeralSequential';
}

export function isTtlMode(mode: CreateMode): boolean {
  return mode === 'ttl' || mode === 'ttlSequential';
}
