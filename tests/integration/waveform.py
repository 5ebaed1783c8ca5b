"""What a stereo recording of a call says: when the caller was done, when the agent began. A sound is 20 ms
with an RMS above -60 dBFS (the lab's quiet line is at -70); positions are found to 5 ms."""
import array
import wave

FLOOR_DBFS = -60


def channels(path):
    with wave.open(path) as w:
        assert w.getnchannels() == 2 and w.getsampwidth() == 2
        samples = array.array("h", w.readframes(w.getnframes()))
        return w.getframerate(), samples[0::2], samples[1::2]


def sounds(samples, rate):
    """[(start_ms, end_ms)] of stretches of sound, gaps under 400 ms closed."""
    hop, window = rate // 200, rate // 50
    limit = (32768 * 10 ** (FLOOR_DBFS / 20)) ** 2 * window
    squares = [0]
    for s in samples:
        squares.append(squares[-1] + s * s)
    out = []
    for i in range(0, len(samples) - window, hop):
        if squares[i + window] - squares[i] <= limit:
            continue
        start, end = i * 1000 / rate, (i + window) * 1000 / rate
        if out and start - out[-1][1] < 400:
            out[-1][1] = end
        else:
            out.append([start, end])
    return out


def latencies(path):
    """For each of the caller's utterances that is answered: (its end, first sound of the agent after it)."""
    rate, caller, agent = channels(path)
    theirs, ours = sounds(caller, rate), sounds(agent, rate)
    out = []
    for i, (_, end) in enumerate(theirs):
        until = theirs[i + 1][0] if i + 1 < len(theirs) else 1e12
        answer = [a for a, _ in ours if end < a < until]
        if answer:
            out.append((end, answer[0]))
    return out
