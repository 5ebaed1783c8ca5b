// Sound in and out of the page. The microphone may be absent; the loudspeaker may not.

const MICROPHONE = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } };

// Must be called while a press is being handled: browsers keep a context silent otherwise.
export async function openAudio() {
	const context = new AudioContext({ latencyHint: 'interactive' });
	try {
		await context.audioWorklet.addModule('/talk/worklet.js');
	} catch (e) {
		await context.close();
		throw e;
	}
	return context;
}

export async function openMicrophone() {
	if (!navigator.mediaDevices?.getUserMedia)
		throw new DOMException('a microphone needs https or localhost', 'SecurityError');
	return navigator.mediaDevices.getUserMedia(MICROPHONE);
}

// Calls onFrame with each 20 ms of PCM16 at 16 kHz until stopped.
export function capture(context, stream, onFrame) {
	const source = context.createMediaStreamSource(stream);
	const node = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' });
	node.port.onmessage = ({ data }) => onFrame(data);
	source.connect(node);
	return {
		mute(muted) {
			for (const track of stream.getAudioTracks())
				track.enabled = !muted;
		},
		stop() {
			source.disconnect();
			node.port.onmessage = null;
			for (const track of stream.getTracks())
				track.stop();
		},
	};
}

// onReport gets {playing, peak, gaps, flushes, bufferedMs, playedMs} about 20 times a second.
export function player(context, onReport) {
	const node = new AudioWorkletNode(context, 'player', { numberOfInputs: 0, outputChannelCount: [1] });
	node.port.onmessage = ({ data }) => onReport(data);
	node.connect(context.destination);
	return {
		play: (pcm) => node.port.postMessage(pcm, [pcm]),
		flush: () => node.port.postMessage('flush'),
	};
}
