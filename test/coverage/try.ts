import { Ensemble } from '../../src/ensemble/conductor.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { step } from '../../src/zab/server.ts';
import { runWild, LAST } from './wild.ts';
const wanted = Number(process.env['SEED'] ?? 0);
for (let seed = wanted || 1; seed <= (wanted || 60); seed++) {
  try { const n = runWild(seed, new InlineHost(step as Core)); if (process.env['V']) console.log(seed, n); }
  catch (e) { console.log(seed, (e as Error).stack?.slice(0, 600));
    if (wanted) for (const ev of (LAST.e as Ensemble).trace.slice(-25)) console.log(ev.n, ev.at, JSON.stringify(ev.actor), JSON.stringify(ev.what).slice(0,400), JSON.stringify(ev.sent.map(f=>[f.conn,f.message])).slice(0,400), ev.decisions.map(d=>d.rule).join());
  }
}
