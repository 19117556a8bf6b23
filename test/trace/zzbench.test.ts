import { test } from 'vitest';
import { Timeline } from '/work/main/src/trace/timeline.ts';
import { foldEvent, emptyView } from '/work/main/src/trace/fold.ts';
import { TraceIndex } from '/work/main/src/trace/traceIndex.ts';
import { Invariants } from '/work/main/src/ensemble/invariants.ts';
import { PROFILE_CURRENT } from '/work/main/src/zab/profile.ts';
import { append, cell, flight, receive, server, traceOf } from '/work/main/test/trace/events.ts';
import { zxid } from '/work/main/src/base/zxid.ts';
test('bench', () => {
  const members = [1,2,3,4,5].map((sid)=>({sid,type:'participant' as const}));
  const sk: any[] = [server(5,{decisions:[{rule:'leader.established',epoch:1,supporters:[1,2,3],zxid:zxid(1,0)}],changes:{role:'LEADING',acceptedEpoch:1,currentEpoch:1,zabState:'BROADCAST',serving:true,lastZxid:zxid(1,0)}})];
  for (const s of [1,2,3,4]) sk.push(server(s,{changes:{role:'FOLLOWING',acceptedEpoch:1,currentEpoch:1,zabState:'BROADCAST',serving:true}}));
  let id=0, c=0;
  while (sk.length<100000) {
    c++; const x=cell(1,c); const z=zxid(1,c);
    const fl=[1,2,3,4].map((s)=>flight(id++,5,s));
    sk.push(server(5,{log:append(x),sent:fl,changes:{syncQueue:[1,0]},effects:[{type:'disk',ops:[{op:'append',file:'log.1',bytes:new Uint8Array(10)}]},{type:'fsync',token:c,files:['log.1']}]}));
    for (const f of fl) { const s=(f.to as any).sid; const ack=flight(id++,s,5); sk.push(receive(s,5,f.id,{log:append(x),sent:[ack],changes:{lastLogged:z,syncQueue:[1,1]},effects:[{type:'fsync',token:c,files:['log.1']}]}));
      sk.push({actor:{kind:'server',sid:s},what:{type:'fsynced',token:c},changes:{lastSynced:z}});
      const k=s===2; const cm=k?[1,2,3,4].map((q)=>flight(id++,5,q)):[];
      sk.push(receive(5,s,ack.id,{sent:cm,decisions:[{rule:'proposal.ack',zxid:z,from:s,acks:[5,s],voters:5,outcome:k?'committed':'notYet'} as any],changes:k?{lastZxid:z,committedZxid:z,digest:c+1}:{}}));
      for (const q of cm) (sk as any).push; if(k) (sk as any).cm=cm; }
    for (const q of (sk as any).cm) sk.push(receive((q.to as any).sid,5,q.id,{changes:{lastZxid:z,committedZxid:z,digest:c+1}}));
  }
  const t=traceOf(...sk);
  for (let r=0;r<3;r++){
    let a=performance.now(); let v=emptyView(members); for(const e of t) v=foldEvent(v,e); const f=performance.now()-a;
    a=performance.now(); const ix=new TraceIndex(); for(const e of t) ix.add(e); const i=performance.now()-a;
    a=performance.now(); const inv=new Invariants({members,digestEnabled:true,forceSync:true,profile:PROFILE_CURRENT} as any); let found=null as any; let cps=0; for(const e of t){found??=inv.observe(e); } const o=performance.now()-a;
    a=performance.now(); for(let k=0;k<1000;k++) inv.checkpoint(); cps=performance.now()-a;
    (globalThis as any).gc?.(); const h0=process.memoryUsage().heapUsed;
    a=performance.now(); const tl=new Timeline(members,t); const w=performance.now()-a; (globalThis as any).gc?.(); const h1=process.memoryUsage().heapUsed;
    const ts:number[]=[]; for(let k=0;k<500;k++){const n=Math.floor(Math.random()*t.length); a=performance.now(); tl.viewAt(n); ts.push(performance.now()-a);} ts.sort((x,y)=>x-y);
    a=performance.now(); tl.truncated(60000); const tr=performance.now()-a;
    console.log(t.length,'fold us',f*1000/t.length,'index',i*1000/t.length,'inv',o*1000/t.length,found,'cp us',cps,'timeline',w*1000/t.length,'seek p95 ms',ts[475],'truncate ms',tr,'MB',(h1-h0)/1e6,'flights',v.flights.length);
  }
});
