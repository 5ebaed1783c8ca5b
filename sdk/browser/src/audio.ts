/** Sound in and out of the page. */
import source from './worklet-source.js';

export interface PlaybackReport {
	playing: boolean;
	/** Of the last moments, 0 to 1. */
	peak: number;
	/** Silences inside speech that nobody meant. */
	gaps: number;
	flushes: number;
	bufferedMs: number;
	playedMs: number;
}

const loaded = new WeakMap<AudioContext, Promise<void>>();

/** `url`: worklet.js of this package, served by yourself, for pages whose policy forbids blob: scripts. */
function load(context: AudioContext, url: string | undefined): Promise<void> {
	let done = loaded.get(context);
	if (!done) {
		const address = url ?? URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
		done = context.audioWorklet.addModule(address).finally(() => {
			if (!url)
				URL.revokeObjectURL(address);
		});
		loaded.set(context, done);
	}
	return done;
}

export interface Capture {
	readonly stream: MediaStream;
	mute(muted: boolean): void;
	stop(): void;
}

/** Each 20 ms of the microphone as PCM16 at `rate`, until stopped. */
export async function capture(
	context: AudioContext, rate: number, constraints: MediaTrackConstraints, onFrame: (pcm: ArrayBuffer) => void, url?: string,
): Promise<Capture> {
	if (!navigator.mediaDevices?.getUserMedia)
		throw new DOMException('a microphone needs https or localhost', 'SecurityError');
	const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
	try {
		await load(context, url);
	} catch (error) {
		for (const track of stream.getTracks())
			track.stop();
		throw error;
	}
	const input = context.createMediaStreamSource(stream);
	const node = new AudioWorkletNode(context, 'invorto-capture', {
		numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit', processorOptions: { rate },
	});
	node.port.onmessage = ({ data }) => onFrame(data as ArrayBuffer);
	input.connect(node);
	return {
		stream,
		mute(muted) {
			for (const track of stream.getAudioTracks())
				track.enabled = !muted;
		},
		stop() {
			input.disconnect();
			node.port.onmessage = null;
			for (const track of stream.getTracks())
				track.stop();
		},
	};
}

export interface Player {
	play(pcm: ArrayBuffer): void;
	flush(): void;
	stop(): void;
}

export async function player(context: AudioContext, rate: number, onReport: (report: PlaybackReport) => void, url?: string): Promise<Player> {
	await load(context, url);
	const node = new AudioWorkletNode(context, 'invorto-player', { numberOfInputs: 0, outputChannelCount: [1], processorOptions: { rate } });
	node.port.onmessage = ({ data }) => onReport(data as PlaybackReport);
	node.connect(context.destination);
	return {
		play: (pcm) => node.port.postMessage(pcm, [pcm]),
		flush: () => node.port.postMessage('flush'),
		stop() {
			node.port.onmessage = null;
			node.disconnect();
		},
	};
}
