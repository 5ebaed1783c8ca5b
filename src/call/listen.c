/* The caller's turn: speech and silence by level, words by the recogniser, and the decision that the
 * turn is over. Without words the agent keeps listening, whatever the silence. */
#include "call_priv.h"

enum { SPEECH_MS = 60, PAUSE_FRAMES = 3, LATE_FINAL_MS = 700, FRESH_PARTIAL_MS = 350, NO_FRAMES_MS = 500,
       TAKEN_MS = 3000, TAIL_OVER_FLOOR = 60, TAIL_LEAST = -600 /* tenths of dB */ };

static void set_ear(struct iv_call *c, enum ear to)
{
	static const bool legal[EAR_STATES][EAR_STATES] = {
		[EAR_QUIET] = {[EAR_SPEECH] = true},
		[EAR_SPEECH] = {[EAR_PAUSE] = true, [EAR_QUIET] = true},
		[EAR_PAUSE] = {[EAR_SPEECH] = true, [EAR_QUIET] = true},
	};

	if (c->in.ear == to)
		return;
	if (!legal[c->in.ear][to])
		bad_edge("ear", (int)c->in.ear, (int)to);
	c->in.ear = to;
}

void listen_init(struct iv_call *c)
{
	vad_init(&c->in.vad);
	iv_buf_init(&c->in.text, TEXT_MAX);
	iv_buf_init(&c->in.partial, TEXT_MAX);
	iv_buf_init(&c->in.taken, TEXT_MAX);
	c->in.speech_start_us = c->in.last_speech_us = c->in.first_text_us = c->in.final_us = -1;
	c->in.partial_us = -1;
}

void listen_deinit(struct iv_call *c)
{
	iv_buf_deinit(&c->in.text);
	iv_buf_deinit(&c->in.partial);
	iv_buf_deinit(&c->in.taken);
}

void listen_forget(struct iv_call *c)
{
	iv_buf_clear(&c->in.text);
	iv_buf_clear(&c->in.partial);
	c->in.first_text_us = c->in.final_us = c->in.partial_us = -1;
	c->in.provider_eot = false;
	c->in.confidence = 0;
	if (c->in.ear != EAR_SPEECH)
		c->in.speech_start_us = -1;
}

struct iv_str listen_words(const struct iv_call *c)
{
	return c->in.text.len ? iv_buf_str(&c->in.text) : iv_buf_str(&c->in.partial);
}

static void speech(struct iv_call *c)
{
	struct listen *in = &c->in;

	if (in->ear != EAR_SPEECH &&
	    vad_run_ms(&in->vad) < (in->ear == EAR_QUIET ? SPEECH_MS : SPEECH_MS / 2))
		return;
	if (in->speech_start_us < 0)
		in->speech_start_us = in->vad.run_start_us;
	set_ear(c, EAR_SPEECH);
	in->tail_us = c->now_us;
	in->tail_open = true;
	in->last_speech_us = c->now_us;
	in->silent_frames = 0;
	in->finalized = false;
	in->provider_eot = false;
	idle_touch(c);
}

/* Silence since the turn's last speech; since its last words when they were too quiet to be speech. */
static int64_t silence_ms(const struct iv_call *c)
{
	const struct listen *in = &c->in;
	int64_t text_us = in->final_us > in->partial_us ? in->final_us : in->partial_us;
	int64_t since = in->speech_start_us >= 0 ? in->last_speech_us : text_us;
	int64_t by_clock = since < 0 ? 0 : (c->now_us - since) / US_PER_MS;
	int64_t by_frames = in->speech_start_us >= 0 ? in->silent_frames * 20 : 0;

	return by_clock > by_frames ? by_clock : by_frames;
}

/* Puts the words of the turn that was taken back in front of those that came since. */
static void take_words_back(struct iv_call *c)
{
	struct listen *in = &c->in;
	struct iv_buf more;

	iv_buf_init(&more, TEXT_MAX);
	history_drop_last_user(c, &more);
	/* A partial that ended the turn comes again as a final, unless that is what took it back. */
	if (in->taken.len && more.len >= in->taken.len) {
		more.len -= in->taken.len;
		if (!in->partial.len || iv_buf_addc(&in->taken, ' '))
			(void)!iv_buf_adds(
				&in->taken,
				iv_buf_str(&in->partial)); /* over the ceiling: dropped */
		iv_buf_clear(&in->partial);
		if (iv_buf_adds(&in->partial, iv_buf_str(&in->taken)))
			in->partial_us = c->now_us;
		iv_buf_clear(&in->taken);
	}
	more.len = iv_str_trim(iv_buf_str(&more)).len;
	if (more.len && in->text.len && !iv_buf_addc(&more, ' '))
		iv_buf_clear(&more);
	if (iv_buf_adds(&more, iv_buf_str(&in->text))) {
		iv_buf_clear(&in->text);
		(void)!iv_buf_adds(&in->text, iv_buf_str(&more)); /* fits: same ceiling */
	}
	iv_buf_deinit(&more);
}

/* The answer under way is to a turn that was not over: take both back and listen on. */
static void retract(struct iv_call *c)
{
	struct turn *t = &c->turn;

	note(c, "turn.retracted", NULL);
	turn_cancel_streams(c);
	t->open = false;
	utts_clear(c);
	if (c->out.end != c->out.sent) {
		c->out.end = c->out.sent;
		act(c, &(struct iv_action){.type = IV_ACT_CUT_FROM, .at = c->out.sent});
	}
	if (t->message)
		history_drop(c, t->message);
	take_words_back(c);
	if (c->in.final_us < 0)
		c->in.final_us = t->at.stt_final;
	if (t->at.stt_first >= 0)
		c->in.first_text_us = t->at.stt_first;
	if (t->at.speech_start >= 0)
		c->in.speech_start_us = t->at.speech_start;
	set_mouth(c, MOUTH_IDLE);
}

static bool may_retract(const struct iv_call *c)
{
	/* Only an answer of which nothing was said or done yet. */
	return c->mouth == MOUTH_THINKING && c->turn.kind == TURN_ANSWER && c->turn.rounds == 1 &&
	       c->turn.at.leg_first < 0 && !c->turn.acted && !tools_open(c) && !c->turn.failed &&
	       !c->turn.hangup_after && !c->turn.transfer_after;
}

/* Words die away under the threshold of speech. That does not hold up the end of the turn, but the moment
 * the caller was done, which the turn's latency is told from, is the end of what could be heard. */
static void follow_tail(struct listen *in, struct iv_level level, int64_t now_us)
{
	int audible = in->vad.floor_ddb + TAIL_OVER_FLOOR;

	if (in->tail_open && level.rms_ddb > (audible > TAIL_LEAST ? audible : TAIL_LEAST))
		in->tail_us = now_us;
	else
		in->tail_open = false;
}

void listen_frame(struct iv_call *c, struct iv_level level)
{
	struct listen *in = &c->in;
	int echo = IV_LEVEL_FLOOR_DDB;

	if (in->paused || in->lost)
		return;
	in->frame_us = c->now_us;
	if (c->mouth == MOUTH_SPEAKING && c->now_us < c->out.busy_us + c->out.late_us)
		echo = playout_level_ddb(c) + c->echo_coupling_ddb +
		       (int)c->agent.barge_in.echo_guard_db * 10;
	emotion_frame(c, level);
	if (vad_frame(&in->vad, level, echo, c->now_us)) {
		speech(c);
	} else {
		follow_tail(in, level, c->now_us);
		if (in->silent_frames++ == 0 && in->ear == EAR_SPEECH)
			act(c, &(struct iv_action){.type = IV_ACT_ASR_FLUSH});
		if (in->ear == EAR_SPEECH && in->silent_frames >= PAUSE_FRAMES)
			set_ear(c, EAR_PAUSE);
	}
	barge_frame(c);
	if (in->ear == EAR_SPEECH && vad_run_ms(&in->vad) >= 2 * c->agent.barge_in.onset_ms && may_retract(c))
		retract(c);
	if (in->ear == EAR_PAUSE && !in->finalized &&
	    in->silent_frames * 20 >= c->agent.endpointing.finalize_ms) {
		in->finalized = true;
		act(c, &(struct iv_action){.type = IV_ACT_ASR_FINALIZE});
	}
	listen_check(c);
}

static void add_final(struct iv_call *c, struct iv_str text, double confidence)
{
	struct listen *in = &c->in;

	if (text.len) {
		if (in->text.len && !iv_buf_addc(&in->text, ' '))
			return;
		if (!iv_buf_adds(&in->text, text))
			note(c, "stt.dropped", "rule", "a caller's turn is at most 8192 bytes", NULL);
		if (confidence > 0)
			in->confidence = in->confidence > 0 && in->confidence < confidence
						 ? in->confidence
						 : confidence;
		in->final_us = c->now_us;
	}
	iv_buf_clear(&in->partial);
}

/* The partial that ended the last turn comes once more as a final, perhaps with words behind it or some
 * put right. What the turn already has is cut off. */
static struct iv_str without_taken(struct iv_call *c, bool final, struct iv_str text)
{
	struct listen *in = &c->in;
	size_t n;

	if (c->now_us - in->taken_us > (int64_t)TAKEN_MS * US_PER_MS)
		iv_buf_clear(&in->taken); /* said again by now, not heard late */
	if (!in->taken.len)
		return text;
	n = same_words(text, iv_buf_str(&in->taken));
	if (n)
		text = iv_str_trim((struct iv_str){text.ptr + n, text.len - n});
	else if (in->ear != EAR_SPEECH && in->speech_start_us < 0)
		text = IV_STR_NULL; /* nobody spoke since: the same words, heard better */
	if (final)
		iv_buf_clear(&in->taken);
	return text;
}

void listen_text(struct iv_call *c, bool final, struct iv_str text, double confidence, bool eot)
{
	struct listen *in = &c->in;

	text = iv_str_trim(text);
	if (in->paused || c->life != LIFE_LIVE)
		return;
	text = without_taken(c, final, text);
	if (text.len) {
		if (in->first_text_us < 0)
			in->first_text_us = c->now_us;
		idle_touch(c);
		act(c,
		    &(struct iv_action){
			    .type = IV_ACT_STT, .flag = final, .text = text, .value = confidence});
	}
	if (final)
		add_final(c, text, confidence);
	else if (text.len) {
		iv_buf_clear(&in->partial);
		(void)!iv_buf_adds(&in->partial, text); /* a partial over the ceiling is not worth keeping */
		in->partial_us = c->now_us;
	}
	if (eot)
		in->provider_eot = true;
	if (final && text.len)
		note_final(c, text, confidence);
	if (text.len && (c->mouth == MOUTH_SPEAKING || c->mouth == MOUTH_HELD))
		barge_text(c, text, final);
	else if (text.len && may_retract(c) && (final || in->ear == EAR_SPEECH))
		retract(c);
	listen_check(c);
}

static void end_of_turn(struct iv_call *c)
{
	struct listen *in = &c->in;
	struct iv_turn_stamps_us at;
	struct iv_str words;

	iv_buf_clear(&in->taken);
	if (in->partial.len) { /* the recogniser never finished it: what it last thought counts */
		if ((!in->text.len || iv_buf_addc(&in->text, ' ')) &&
		    iv_buf_adds(&in->text, iv_buf_str(&in->partial)))
			(void)!iv_buf_adds(&in->taken, iv_buf_str(&in->partial)); /* same ceiling */
		in->final_us = in->partial_us;
		in->taken_us = c->now_us;
	}
	words = iv_buf_str(&in->text);
	note_user(c, words);
	if (opening_takes(c, words)) {
		listen_forget(c);
		return;
	}
	(void)history_add(c, ROLE_USER, words);
	turn_open(c, TURN_ANSWER);
	at = c->turn.at;
	at.speech_start = in->speech_start_us;
	at.vad_end = in->speech_start_us >= 0 ? in->tail_us : -1;
	at.stt_first = in->first_text_us;
	at.stt_final = in->final_us;
	at.eou = c->now_us;
	c->turn.at = at;
	if (in->ear != EAR_SPEECH)
		set_ear(c, EAR_QUIET);
	listen_forget(c);
	turn_ask(c);
}

void listen_over(struct iv_call *c)
{
	struct iv_str words = listen_words(c);

	if (words.len)
		note_user(c, words);
	listen_forget(c);
}

void listen_check(struct iv_call *c)
{
	const struct listen *in = &c->in;
	const struct iv_endpointing *e = &c->agent.endpointing;
	struct iv_str words = in->partial.len ? iv_buf_str(&in->partial) : iv_buf_str(&in->text);
	int64_t silence, wait;

	if (in->ear == EAR_SPEECH && c->now_us - in->frame_us >= (int64_t)NO_FRAMES_MS * US_PER_MS)
		set_ear(c, EAR_PAUSE); /* the caller's side went silent without a silent frame */
	if (c->mouth != MOUTH_IDLE || c->life != LIFE_LIVE || in->paused || in->lost || c->turn.open)
		return;
	if (!words.len || in->ear == EAR_SPEECH)
		return;
	silence = silence_ms(c);
	wait = endpoint_wait_ms(e, words, in->confidence, in->provider_eot);
	if (e->provider == 1)
		wait = in->provider_eot ? 0 : e->max_ms;
	if (in->partial.len && wait < e->finalize_ms + LATE_FINAL_MS)
		wait = e->finalize_ms + LATE_FINAL_MS; /* the final is on its way */
	/* A recogniser that lags is still telling what was said before the silence: its text is not the end
	 * of the turn while it grows. */
	if (in->partial.len && c->now_us - in->partial_us < (int64_t)FRESH_PARTIAL_MS * US_PER_MS &&
	    silence < e->max_ms)
		return;
	if (silence >= wait)
		end_of_turn(c);
}

void listen_typed(struct iv_call *c, struct iv_str text)
{
	text = iv_str_trim(text);
	if (!text.len || c->life != LIFE_LIVE)
		return;
	if (c->mouth == MOUTH_SPEAKING && may_interrupt(c))
		hold_start(c, c->now_us, false);
	if (c->mouth == MOUTH_HELD)
		barge_confirm(c);
	if (may_retract(c))
		retract(c);
	if (c->in.ear != EAR_SPEECH)
		c->in.speech_start_us = -1;
	c->in.first_text_us = c->now_us;
	c->in.provider_eot = true; /* a typed turn is over; while the agent must be heard it waits */
	add_final(c, text, 1);
	act(c, &(struct iv_action){.type = IV_ACT_STT, .flag = true, .text = text, .value = 1});
	if (c->mouth == MOUTH_IDLE && !c->turn.open)
		end_of_turn(c);
}
