export { DEFAULT_BASE_URL, InvortoClient, type ClientOptions, type ListAgentsOptions } from './client.js';
export {
	RealtimeClient, RealtimeConnection, type RealtimeConnectionEvents, type RealtimeEvent, type RealtimeOptions,
} from './realtime-client.js';
export { RealtimeError, type Closed, type SessionState } from '../../core/session.js';
export { callUrl, DEFAULT_REALTIME_URL } from '../../core/url.js';
export type { ClientMessage, ServerMessage } from '../../core/messages.js';
export { verifyWebhook, type VerifyOptions, type WebhookPayload } from './webhooks.js';
export {
	AuthenticationError, ConflictError, ConnectionError, InvortoError, NotFoundError, PermissionError, RateLimitError, ServerError, TimeoutError,
	ValidationError, WebhookVerificationError, type FieldError, type Problem,
} from './errors.js';
export type { RequestOptions } from './http.js';
export { formatPhoneNumber, validatePhoneNumber } from './phone.js';
export type * from './types.js';
export type { components, operations, paths } from './openapi.js';
