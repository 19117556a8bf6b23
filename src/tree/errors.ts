/** The error codes of ZooKeeper by name and by number. */
import type { ErrorCode } from './types.ts';

/** Source: `KeeperException.Code`. */
const NUMBERS: Readonly<Record<ErrorCode, number>> = {
  OK: 0,
  SYSTEMERROR: -1,
  RUNTIMEINCONSISTENCY: -2,
  DATAINCONSISTENCY: -3,
  CONNECTIONLOSS: -4,
  MARSHALLINGERROR: -5,
  UNIMPLEMENTED: -6,
  OPERATIONTIMEOUT: -7,
  BADARGUMENTS: -8,
  UNKNOWNSESSION: -12,
  NEWCONFIGNOQUORUM: -13,
  RECONFIGINPROGRESS: -14,
  APIERROR: -100,
  NONODE: -101,
  NOAUTH: -102,
  BADVERSION: -103,
  NOCHILDRENFOREPHEMERALS: -108,
  NODEEXISTS: -110,
  NOTEMPTY: -111,
  SESSIONEXPIRED: -112,
  INVALIDCALLBACK: -113,
  INVALIDACL: -114,
  AUTHFAILED: -115,
  SESSIONMOVED: -118,
  NOTREADONLY: -119,
  EPHEMERALONLOCALSESSION: -120,
  NOWATCHER: -121,
  REQUESTTIMEOUT: -122,
  RECONFIGDISABLED: -123,
  SESSIONCLOSEDREQUIRESASLAUTH: -124,
  QUOTAEXCEEDED: -125,
  THROTTLEDOP: -127,
};

const NAMES: ReadonlyMap<number, ErrorCode> = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name as ErrorCode]));

/** The number sent and logged for an error: −110 for `NODEEXISTS`. */
export function errorNumber(code: ErrorCode): number {
  return NUMBERS[code];
}

/** The name of an error number, or null if ZooKeeper has no such code. */
export function errorName(number: number): ErrorCode | null {
  return NAMES.get(number) ?? null;
}
