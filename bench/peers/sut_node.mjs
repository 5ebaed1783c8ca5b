// hand-written Node gateway: ws in, Deepgram-ws STT, SSE LLM via http, Deepgram-ws TTS; same mocks, 20 ms paced output
import { WebSocketServer, WebSocket } from 'ws'; import http from 'node:http';
const B=process.env.PROVIDERS||'127.0.0.1:9901';
const dec=new Int16Array(256);for(let i=0;i<256;i++){let u=~i&0xff;let t=((u&0xf)<<3)+0x84;t<<=(u&0x70)>>4;dec[i]=(u&0x80)?(0x84-t):(t-0x84);}
const MU=new Uint8Array(65536);for(let v=-32768;v<32768;v++){let s=v;const BI=0x84;let sg=(s>>8)&0x80;if(sg)s=-s;if(s>32635)s=32635;s+=BI;let e=7;for(let m=0x4000;!(s&m)&&e>0;m>>=1)e--;MU[v&0xffff]=~(sg|(e<<4)|((s>>(e+3))&0xf))&0xff;}
const agent=new http.Agent({keepAlive:true,maxSockets:5000});
new WebSocketServer({port:+process.env.PORT||9902,host:'127.0.0.1'}).on('connection',ws=>{
 const stt=new WebSocket(`ws://${B}/v1/listen?model=nova-2&encoding=linear16&sample_rate=16000`);const hist=[];let gen=0,q=[],pacer=null,sid='';
 const say=(txt,done)=>{};
 stt.on('error',()=>{});
 stt.on('message',m=>{const j=JSON.parse(m); if(j.type==='SpeechStarted'){gen++;q=[];} else if(j.type==='Results'){const my=++gen;hist.push({role:'user',content:j.channel.alternatives[0].transcript});
   const tts=new WebSocket(`ws://${B}/v1/speak?encoding=linear16&sample_rate=24000`);let open=false,buf='';tts.on('error',()=>{});
   const sp=t=>{if(open)tts.send(JSON.stringify({type:'Speak',text:t}));else buf+=t;};
   tts.on('open',()=>{open=true;if(buf)tts.send(JSON.stringify({type:'Speak',text:buf}));});
   tts.on('message',(d,bin)=>{ if(my!==gen){tts.close();return;} if(!bin){tts.close();return;}
     const a=new Int16Array(d.buffer.slice(d.byteOffset,d.byteOffset+d.length));const o=Buffer.allocUnsafe(a.length/3|0);for(let i=0,k=0;k<o.length;i+=3,k++)o[k]=MU[((a[i]+a[i+1]+a[i+2])/3|0)&0xffff];
     for(let i=0;i<o.length;i+=160)q.push(o.subarray(i,i+160)); if(!pacer){const send=()=>{const f=q.shift();if(!f){clearInterval(pacer);pacer=null;return;}if(ws.readyState===1)ws.send('{"event":"media","streamSid":"'+sid+'","media":{"payload":"'+f.toString('base64')+'"}}');};send();pacer=setInterval(send,20);} });
   const r=http.request({host:B.split(':')[0],port:+B.split(':')[1],path:'/v1/chat/completions',method:'POST',agent,headers:{'content-type':'application/json'}},s=>{let b='',acc='',sent='';s.setEncoding('utf8');s.on('data',c=>{b+=c;let i;while((i=b.indexOf('\n\n'))>=0){const l=b.slice(6,i);b=b.slice(i+2);if(l==='[DONE]'){if(sent)sp(sent);const f=()=>{if(tts.readyState===1)tts.send('{"type":"Flush"}');};open?f():tts.once('open',f);hist.push({role:'assistant',content:acc});continue;}const t=JSON.parse(l).choices[0]?.delta?.content;if(t){acc+=t;sent+=t;if(/[.!?]\s*$/.test(sent)){sp(sent);sent='';}}}});});
   r.on('error',()=>{});r.end(JSON.stringify({model:'m',stream:true,messages:[{role:'system',content:'x'},...hist]})); }});
 ws.on('message',m=>{const j=JSON.parse(m);if(j.event==='start')sid=j.streamSid;if(j.event==='media'&&stt.readyState===1){const u=Buffer.from(j.media.payload,'base64');const a=new Int16Array(u.length*2);for(let i=0;i<u.length;i++){const v=dec[u[i]];a[2*i]=v;a[2*i+1]=v;}stt.send(Buffer.from(a.buffer));}});
 ws.on('close',()=>{stt.close();clearInterval(pacer);});
});
console.log('up');
