/** A person breaks the ensemble, and the ensemble does what Zab promises. */
import { expect, followersOf, leaders, openApp, test } from './app.ts';

const MAJORITY = 3;

test('five servers boot, each in a worker of its own, and elect a leader', async ({ page }) => {
  const app = await openApp(page);
  const leader = await app.playUntilLed(4);
  expect(await app.workers()).toBe(5);
  const servers = await app.servers();
  expect(servers.map((server) => server.sid)).toEqual([1, 2, 3, 4, 5]);
  expect(new Set(servers.map((server) => server.currentEpoch))).toEqual(new Set([leader.currentEpoch]));
});

test('the leader is killed, its worker ends, and the others elect a new leader of a later epoch', async ({ page }) => {
  const app = await openApp(page);
  const first = await app.playUntilLed(4);
  await app.command({ type: 'kill', sid: first.sid });
  await app.playUntil('the leader is down', (servers) => servers.some((server) => server.sid === first.sid && !server.up));
  const second = await app.playUntilLed(3);
  expect(second.sid).not.toBe(first.sid);
  expect(second.currentEpoch).toBeGreaterThan(first.currentEpoch);
  expect(await app.workers()).toBe(4);

  await app.command({ type: 'restart', sid: first.sid });
  await app.playUntilLed(4);
  expect(await app.workers()).toBe(5);
});

test('a partition leaves a leader only where a majority is, and healing brings all together', async ({ page }) => {
  const app = await openApp(page);
  const first = await app.playUntilLed(4);
  const others = (await app.servers()).map((server) => server.sid).filter((sid) => sid !== first.sid);
  const minority = [first.sid, others[0]!];
  const majority = others.slice(1);
  expect(majority).toHaveLength(MAJORITY);

  await app.command({ type: 'partition', groups: [minority, majority] });
  await app.playUntil('the majority elects, the minority looks', (servers) => {
    const led = leaders(servers);
    const lost = servers.filter((server) => minority.includes(server.sid));
    return led.length === 1 && majority.includes(led[0]!.sid) && lost.every((server) => server.role === 'LOOKING');
  });

  await app.command({ type: 'heal' });
  const last = await app.playUntilLed(4);
  expect(majority).toContain(last.sid);
});

test('after a power loss of all, the ensemble recovers from its disks what it had acknowledged', async ({ page }) => {
  const app = await openApp(page);
  const first = await app.playUntilLed(4);
  await app.command({ type: 'connect', client: 41 });
  await app.command({
    type: 'request',
    client: 41,
    request: { op: 'create', path: '/kept', data: null, acl: [{ perms: 31, scheme: 'world', id: 'anyone' }], mode: 'persistent' },
  });
  await app.play();
  await expect.poll(() => app.outcomes(41)).toContain('acked');
  await app.rest();

  for (const { sid } of await app.servers()) await app.command({ type: 'powerLoss', sid });
  await app.playUntil('all are down', (servers) => servers.every((server) => !server.up));
  expect(await app.workers()).toBe(0);
  for (const { sid } of await app.servers()) await app.command({ type: 'restart', sid });
  const again = await app.playUntilLed(4);
  expect(again.currentEpoch).toBeGreaterThan(first.currentEpoch);

  const before = await app.length();
  await app.command({ type: 'connect', client: 42 });
  await app.command({ type: 'request', client: 42, request: { op: 'exists', path: '/kept' } });
  await app.play();
  await expect.poll(() => app.outcomes(42, before)).toEqual(['acked']);
});

test('stepping back and forward gives identical views', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await app.pause();
  const end = await app.position();
  const start = Math.max(0, end - 25);

  const views = new Map<number, string>();
  await app.seek(start);
  for (let at = start; at <= end; at += 1) {
    expect(await app.position()).toBe(at);
    views.set(at, await picture(app));
    if (at < end) await app.step(1);
  }
  for (let at = end; at >= start; at -= 1) {
    expect(await app.position()).toBe(at);
    expect(await picture(app)).toBe(views.get(at));
    if (at > start) await app.step(-1);
  }
  await app.seek(0);
  await app.seek(end);
  expect(await picture(app)).toBe(views.get(end));
});

test('the ensemble is led again after half of the followers come and go', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  const [one, two] = followersOf(await app.servers());
  for (const server of [one!, two!]) await app.command({ type: 'pause', sid: server.sid });
  await app.playUntil('two followers remain', (servers) => leaders(servers).length === 1);
  for (const server of [one!, two!]) await app.command({ type: 'resume', sid: server.sid });
  await app.playUntilLed(4);
  expect(await app.workers()).toBe(5);
});

/** What a person sees at the playhead, and what the page API says. */
async function picture(app: Awaited<ReturnType<typeof openApp>>): Promise<string> {
  const stage = await app.page.getByRole('main').innerText();
  return JSON.stringify({ servers: await app.servers(), stage });
}
