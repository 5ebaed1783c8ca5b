// Codes become sentences.

const ERRORS = {
	bad_request: 'Something this page sent was not understood',
	invalid_api_key: 'The key was not accepted',
	forbidden: 'This page may not open calls here',
	not_found: 'There is no such agent',
	conflict: 'This call is open in another window',
	call_ended: 'The call has already ended',
	too_large: 'That was too long',
	quota_exceeded: 'All lines are busy; try again in a moment',
	rate_limited: 'Too many messages at once; some were ignored',
	internal_error: 'Something went wrong on our side',
	not_supported: 'That cannot be done in this call',
	provider_unavailable: 'A speech service did not answer',
	service_unavailable: 'The service is restarting; try again in a moment',
	timeout: 'The service took too long',
};

const ENDS = {
	hangup: 'You hung up',
	agent_ended: 'The agent said goodbye',
	transfer: 'Handed over to a person',
	silence: 'Nobody had spoken for a while',
	max_duration: 'The call reached its longest time',
	opted_out: 'Ended, because you do not want to be called again',
	consent_declined: 'Ended, because you did not agree to go on',
	provider: 'A speech service failed',
	drain: 'The service is restarting',
	lost: 'The connection was lost',
};

const CLOSES = {
	1008: ERRORS.bad_request, 1012: ERRORS.service_unavailable, 4000: 'Nothing was heard for too long',
	4001: ERRORS.conflict, 4003: ERRORS.invalid_api_key, 4004: ERRORS.not_found, 4008: 'The connection is too slow',
	4009: ERRORS.quota_exceeded, 4010: ERRORS.provider_unavailable, 4011: ERRORS.call_ended,
};

export function errorWords({ code, message, field }) {
	const detail = [field, message].filter(Boolean).join(' ');
	return `${ERRORS[code] ?? code}${detail ? `: ${detail}` : ''}.`;
}

export function endWords({ reason, code, begun }) {
	if (reason)
		return ENDS[reason] ?? reason;
	if (begun && (code === 4003 || code === 4011))
		return 'The connection was lost, and the call could not be taken up again';
	return CLOSES[code] ?? (begun ? ENDS.lost : 'The service could not be reached');
}

export function microphoneWords(e) {
	if (e.name === 'NotAllowedError')
		return 'The microphone was not allowed, so you are typing.';
	if (e.name === 'NotFoundError')
		return 'There is no microphone here, so you are typing.';
	return `No microphone (${e.message}), so you are typing.`;
}
