/**
 * A ZooKeeper client in as few lines as reading a tree takes. It shares no code with `src`, so that an error in our own jute
 * cannot hide itself.
 *
 * Source: `ConnectRequest`, `RequestHeader`, `ReplyHeader`, `Stat` of zookeeper.jute; `ZooDefs.OpCode`.
 */
import { connect, type Socket } from 'node:net';

const OP = { getData: 4, getACL: 6, getChildren: 8, closeSession: -11 } as const;

/** A Stat as it came over the wire: 64-bit fields in hex, the others as numbers. */
export interface WireStat {
  readonly czxid: string;
  readonly mzxid: string;
  readonly pzxid: string;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: string;
  readonly dataLength: number;
  readonly numChildren: number;
}

export interface WireNode {
  readonly path: string;
  /** Base64; null for a znode without data. */
  readonly data: string | null;
  readonly stat: WireStat;
  /** `perms scheme:id`, in the order of the list. */
  readonly acl: readonly string[];
}

/** Reads every znode below and with `/`, sorted by path. Times out with the session (30 s). */
export async function readWholeTree(port: number): Promise<readonly WireNode[]> {
  const client = await WireClient.open(port);
  try {
    const nodes: WireNode[] = [];
    const waiting = ['/'];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const parent = path === '/' ? '' : path;
      nodes.push(await client.read(path));
      for (const name of await client.children(path)) waiting.push(`${parent}/${name}`);
    }
    return nodes.sort((a, b) => (a.path < b.path ? -1 : 1));
  } finally {
    await client.close();
  }
}

class WireClient {
  readonly #frames: Frames;
  #xid = 0;

  private constructor(frames: Frames) {
    this.#frames = frames;
  }

  static async open(port: number): Promise<WireClient> {
    const frames = await Frames.connect(port);
    const request = new Writer().int(0).long(0n).int(30_000).long(0n).bytes(Buffer.alloc(16)).bool(false);
    const reply = new Reader(await frames.exchange(request.done()));
    reply.int();
    if (reply.int() <= 0) throw new Error('ZooKeeper refused the session');
    return new WireClient(frames);
  }

  async read(path: string): Promise<WireNode> {
    const reply = await this.#ask(OP.getData, new Writer().text(path).bool(false));
    const data = reply.bytes();
    const stat = reply.stat();
    const list = await this.#ask(OP.getACL, new Writer().text(path));
    const acl = Array.from({ length: list.int() }, () => `${list.int()} ${list.text()}:${list.text()}`);
    return { path, data: data === null ? null : data.toString('base64'), stat, acl };
  }

  async children(path: string): Promise<readonly string[]> {
    const reply = await this.#ask(OP.getChildren, new Writer().text(path).bool(false));
    return Array.from({ length: reply.int() }, () => reply.text());
  }

  async close(): Promise<void> {
    await this.#ask(OP.closeSession, new Writer());
    this.#frames.end();
  }

  async #ask(op: number, body: Writer): Promise<Reader> {
    this.#xid += 1;
    const request = Buffer.concat([new Writer().int(this.#xid).int(op).done(), body.done()]);
    const reply = new Reader(await this.#frames.exchange(request));
    const xid = reply.int();
    reply.long();
    const err = reply.int();
    if (xid !== this.#xid || err !== 0) throw new Error(`request ${this.#xid} (type ${op}): reply to ${xid} with error ${err}`);
    return reply;
  }
}

/** Length-prefixed packets, one question and one answer at a time. */
class Frames {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('close', end);
    socket.on('error', end);
  }

  static connect(port: number): Promise<Frames> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Frames(socket)));
      socket.once('error', reject);
    });
  }

  async exchange(packet: Buffer): Promise<Buffer> {
    this.#socket.write(Buffer.concat([new Writer().int(packet.length).done(), packet]));
    for (;;) {
      const frame = this.#take();
      if (frame !== null) return frame;
      if (this.#ended) throw new Error('ZooKeeper closed the connection');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(): Buffer | null {
    if (this.#received.length < 4) return null;
    const length = this.#received.readInt32BE(0);
    if (this.#received.length < 4 + length) return null;
    const frame = this.#received.subarray(4, 4 + length);
    this.#received = this.#received.subarray(4 + length);
    return frame;
  }
}

class Writer {
  readonly #parts: Buffer[] = [];

  int(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    return this.#add(part);
  }

  long(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigInt64BE(value);
    return this.#add(part);
  }

  bool(value: boolean): this {
    return this.#add(Buffer.from([value ? 1 : 0]));
  }

  bytes(value: Buffer): this {
    return this.int(value.length).#add(value);
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value, 'utf8'));
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #add(part: Buffer): this {
    this.#parts.push(part);
    return this;
  }
}

class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  int(): number {
    this.#at += 4;
    return this.#buffer.readInt32BE(this.#at - 4);
  }

  long(): bigint {
    this.#at += 8;
    return this.#buffer.readBigUInt64BE(this.#at - 8);
  }

  bytes(): Buffer | null {
    const length = this.int();
    if (length < 0) return null;
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return this.bytes()?.toString('utf8') ?? '';
  }

  stat(): WireStat {
    const hex = (): string => `0x${this.long().toString(16)}`;
    const time = (): number => Number(this.long());
    const [czxid, mzxid, ctime, mtime] = [hex(), hex(), time(), time()];
    const [version, cversion, aversion] = [this.int(), this.int(), this.int()];
    const ephemeralOwner = hex();
    const [dataLength, numChildren] = [this.int(), this.int()];
    return { czxid, mzxid, pzxid: hex(), ctime, mtime, version, cversion, aversion, ephemeralOwner, dataLength, numChildren };
  }
}
