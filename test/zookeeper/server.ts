/**
 * A real ZooKeeper 3.8 for tests: Debian's jar, standalone, on loopback, on a data directory that the test gives.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/freePort.ts';

const JAR = '/usr/share/java/zookeeper.jar';
/** Debian's jar names its dependencies itself, all but a binding for its log. */
const LOG_BINDING = '/usr/share/java/slf4j-simple.jar';
const START_LIMIT_MS = 60_000;

/** Why the tests with a real server cannot run here, or null when they can. */
export function whyNoZooKeeper(): string | null {
  return existsSync(JAR) ? null : `${JAR} is not installed (Debian: apt-get install zookeeper)`;
}

export interface RealServer {
  readonly port: number;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts ZooKeeper on `dataDir` (the folder that holds `version-2`) and waits until it serves.
 *
 * @throws Error with what the server printed, when it exits or does not serve within a minute.
 */
export async function startZooKeeper(dataDir: string, workDir: string): Promise<RealServer> {
  const port = await freePort();
  mkdirSync(workDir, { recursive: true });
  const config = join(workDir, 'zoo.cfg');
  writeFileSync(
    config,
    [
      'tickTime=2000',
      `dataDir=${dataDir}`,
      'clientPortAddress=127.0.0.1',
      `clientPort=${port}`,
      'admin.enableServer=false',
      'extendedTypesEnabled=true',
      '',
    ].join('\n'),
  );
  return launch('ZooKeeperServerMain', config, workDir, port, dataDir);
}

/**
 * Starts one server of an ensemble in its own folder, on the zoo.cfg there. It serves only when a quorum of its peers is up: start them together.
 *
 * @param port its clientPort, as in that file.
 * @throws Error with what the server printed, when it exits or does not serve within a minute.
 */
export function startPeer(folder: string, port: number): Promise<RealServer> {
  return launch('quorum.QuorumPeerMain', 'zoo.cfg', folder, port, folder);
}

async function launch(main: string, config: string, cwd: string, port: number, what: string): Promise<RealServer> {
  const classpath = [JAR, LOG_BINDING].filter((path) => existsSync(path)).join(':');
  const child = spawn(
    'java',
    ['-Xmx256m', '-Dzookeeper.admin.enableServer=false', '-cp', classpath, `org.apache.zookeeper.server.${main}`, config],
    { cwd, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const printed = collect(child);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  };
  const problem = await Promise.race([ended, untilServing(port)]);
  if (problem === null) return { port, stop };
  await stop();
  throw new Error(`ZooKeeper does not serve ${what}: ${problem}\n${printed()}`);
}

function collect(child: ChildProcess): () => string {
  const chunks: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk.toString('utf8')));
  return () => chunks.join('').slice(-4_000);
}

/** Null as soon as `srvr` is answered with a mode; a sentence when that takes too long. */
async function untilServing(port: number): Promise<string | null> {
  for (let waited = 0; waited < START_LIMIT_MS; waited += 100) {
    if ((await fourLetterWord(port, 'srvr').catch(() => '')).includes('Mode: ')) return null;
    await delay(100);
  }
  return `no answer to srvr within ${START_LIMIT_MS / 1000} s`;
}

function fourLetterWord(port: number, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(word));
    // A server that is only just starting may take the connection and never answer.
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}
