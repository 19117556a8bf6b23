import { it } from 'vitest';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { runScenario } from '../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { PROFILE_3_8_0 } from '../../src/zab/profile.ts';
import { step } from '../../src/zab/server.ts';
import { jsonOf, openRecording, recordingNames } from './archive.ts';
it('x', async () => {
  const name = recordingNames().find((n) => n.startsWith(process.env['N'] ?? ''))!;
  const scenario = parseScenario(jsonOf(openRecording(name), 'scenario.json'), name, PROFILE_3_8_0);
  const run = await runScenario(scenario, new InlineHost(step as Core), { seed: Number(process.env['S'] ?? 1), surroundings: { latency: { meanMs: 0.3, jitterMs: 0.15 }, clientLatency: { meanMs: 0.3, jitterMs: 0.15 }, bootMs: 500, checkpointEvery: 1e9 }, limitMs: 120000, limitEvents: Number(process.env['E'] ?? 20000) });
  const from = Number(process.env['F'] ?? -60);
  const list = run.ensemble.trace.slice(from < 0 ? run.ensemble.trace.length + from : from).slice(0, Number(process.env['C'] ?? 60));
  for (const e of list) console.log(e.n, e.at, JSON.stringify(e.actor), JSON.stringify(e.what).slice(0, 150), e.decisions.map((d) => JSON.stringify(d)).join(' ').slice(0, 400), 'SENT', e.sent.map((f) => f.message.kind + JSON.stringify(f.to)).join(' ').slice(0, 200), JSON.stringify(e.effects.filter((x) => x.type !== 'send')).slice(0,200), JSON.stringify(e.outcomes).slice(0, 200));
  console.log(run.finished, run.step, run.ensemble.now, run.ensemble.trace.length);
});
