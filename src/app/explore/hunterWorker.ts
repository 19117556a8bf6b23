/** A hunter in a worker of its own, with the servers' core inline. It hears one job, and is ended by the page. */
import { work } from '../../ensemble/explore/work.ts';
import type { Core } from '../../ensemble/host/host.ts';
import { InlineHost } from '../../ensemble/host/inline.ts';
import { signFound } from '../../intake/runs/found.ts';
import { step } from '../../zab/server.ts';
import type { FromHunter, ToHunter } from './wire.ts';

const scope = self as unknown as {
  postMessage(message: FromHunter): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToHunter>) => void): void;
};
const say = (message: FromHunter): void => scope.postMessage(message);

scope.addEventListener('message', ({ data }) => {
  answer(data).catch((error: unknown) => say({ type: 'failed', message: error instanceof Error ? error.message : String(error) }));
});

async function answer(task: ToHunter): Promise<void> {
  const host = new InlineHost(step as Core);
  if (task.type === 'hunt') work(task.job, host, () => performance.now(), say);
  else say({ type: 'signed', signed: await signFound(task.run, task.violation, host) });
}
