/** The bytes of a tts.chunk, however its sender wrote them: base64, numbers, or bytes. */
export function soundOf(pcm16: unknown): ArrayBuffer | undefined {
	if (typeof pcm16 === 'string') {
		const text = atob(pcm16), bytes = new Uint8Array(text.length);
		for (let i = 0; i < text.length; i++)
			bytes[i] = text.charCodeAt(i);
		return bytes.buffer;
	}
	if (Array.isArray(pcm16))
		return Int16Array.from(pcm16 as number[]).buffer;
	if (pcm16 instanceof ArrayBuffer)
		return pcm16;
	if (ArrayBuffer.isView(pcm16))
		return new Uint8Array(pcm16.buffer, pcm16.byteOffset, pcm16.byteLength).slice().buffer as ArrayBuffer;
	return undefined;
}
