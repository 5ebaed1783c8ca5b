export {
	RealtimeClient, type ConnectionState, type RealtimeClientEvents, type RealtimeClientOptions, type RealtimeStats, type RealtimeTicket,
} from './realtime-client.js';
export { type PlaybackReport } from './audio.js';
export { RealtimeError, type Closed } from '../../core/session.js';
export { callUrl, DEFAULT_REALTIME_URL } from '../../core/url.js';
export type { ClientMessage, ServerMessage } from '../../core/messages.js';
