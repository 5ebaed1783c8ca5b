import { WebSocketServer } from 'ws'; import { AudioFrame, AudioResampler } from '@livekit/rtc-node';
import * as A from '@livekit/agents'; import * as oa from '@livekit/agents-plugin-openai'; import * as dg from '@livekit/agents-plugin-deepgram';
A.initializeLogger({pretty:false,level:process.env.LL||'error'});
const B=process.env.PROVIDERS||'127.0.0.1:9901', VADON=process.env.VAD==='1';
const dec=new Int16Array(256);for(let i=0;i<256;i++){let u=~i&0xff;let t=((u&0xf)<<3)+0x84;t<<=(u&0x70)>>4;dec[i]=(u&0x80)?(0x84-t):(t-0x84);}
const enc=s=>{const BI=0x84;let sg=(s>>8)&0x80;if(sg)s=-s;if(s>32635)s=32635;s+=BI;let e=7;for(let m=0x4000;!(s&m)&&e>0;m>>=1)e--;return ~(sg|(e<<4)|((s>>(e+3))&0xf))&0xff;};
class In extends A.AudioInput{ constructor(){super();this.rs=new ReadableStream({start:c=>{this.c=c;}});this.multiStream.addInputStream(this.rs);} push(f){try{this.c.enqueue(f);}catch{}} }
class Out extends A.AudioOutput{ constructor(send){super(24000,undefined,{pause:false});this.send=send;this.r=new AudioResampler(24000,8000,1);this.dur=0;this.t=null;}
 async captureFrame(f){await super.captureFrame(f); if(this.dur===0){this.t0=Date.now();this.onPlaybackStarted(Date.now());} this.dur+=f.samplesPerChannel/f.sampleRate*1000;
  for(const o of this.r.push(f)){const d=o.data;const b=Buffer.allocUnsafe(d.length);for(let i=0;i<d.length;i++)b[i]=enc(d[i]);this.send(b.toString('base64'));}}
 flush(){super.flush(); const d=this.dur; if(d>0){const left=Math.max(0,d-(Date.now()-this.t0)); this.t=setTimeout(()=>{this.t=null;this.dur=0;this.onPlaybackFinished({playbackPosition:d/1000,interrupted:false});},left);}}
 clearBuffer(){ if(this.dur>0){clearTimeout(this.t);this.t=null;const p=Math.min(this.dur,Date.now()-this.t0);this.dur=0;this.onPlaybackFinished({playbackPosition:p/1000,interrupted:true});}} }
const llm=new oa.LLM({model:'gpt-4o-mini',apiKey:'x',baseURL:`http://${B}/v1`});
const wss=new WebSocketServer({port:+process.env.PORT||9902,host:'127.0.0.1'}); let n=0;
wss.on('connection',async ws=>{ n++; let sid=''; const inp=new In();const out=new Out(p=>{if(ws.readyState===1)ws.send('{"event":"media","streamSid":"'+sid+'","media":{"payload":"'+p+'"}}');});
 const up=new AudioResampler(8000,16000,1);
 ws.on('message',m=>{const j=JSON.parse(m); if(j.event==='start')sid=j.streamSid; if(j.event==='media'){const u=Buffer.from(j.media.payload,'base64');const a=new Int16Array(u.length);for(let i=0;i<u.length;i++)a[i]=dec[u[i]];for(const f of up.push(new AudioFrame(a,8000,1,a.length)))inp.push(f);}});
 const session=new A.AgentSession({stt:new dg.STT({apiKey:'x',baseUrl:`ws://${B}`,sampleRate:16000,language:'en'}),llm,tts:new dg.TTS({apiKey:'x',baseUrl:`http://${B}`,sampleRate:24000}),vad:VADON?undefined:null,
  aecWarmupDuration:null,userAwayTimeout:null,turnHandling:{turnDetection:'stt',endpointing:{minDelay:0,maxDelay:0},interruption:{enabled:true,mode:'vad'},preemptiveGeneration:{enabled:false}}});
 session.on('error',e=>console.error('sess err',e?.error?.message||e)); 
 session.input.audio=inp; session.output.audio=out;
 ws.on('close',async()=>{n--;try{await session.close();}catch{}});
 try{await session.start({agent:new A.Agent({instructions:'You are a helpful voice agent.'})});}catch(e){console.error('start',e);}
});
process.on('SIGUSR2',()=>{console.log(JSON.stringify({n,rss:process.memoryUsage().rss/1e6|0,heap:process.memoryUsage().heapUsed/1e6|0}))});
process.on('uncaughtException',e=>console.error('unc',e.message));process.on('unhandledRejection',e=>console.error('unh',e?.message||e));
console.log('sut up',process.pid);
