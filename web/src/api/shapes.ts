// Answers that are written by the daemon member by member, and therefore have no schema in its document.

export interface Page<T> { data: T[]; hasMore: boolean; nextCursor?: string | null; pagination?: { total: number } }

export interface Agent {
	id: string; version: number; name: string; description?: string; status: string; provider: string; useCase?: string; templateId?: string;
	config: Config; createdAt: string; updatedAt: string;
}
export type Config = Record<string, unknown>;
export interface AgentVersion { version: number; name: string; config: Config; createdBy?: string; createdAt: string }

export interface Call {
	id: string; agentId?: string; agentVersion?: number; direction: 'inbound' | 'outbound' | 'web'; from?: string; to?: string; status: string; outcome?: string;
	endReason?: string; failureReason?: string; test: boolean; carrier?: string; provider: string; providerCallId?: string; campaignId?: string; leadId?: string;
	startedAt: string; answeredAt?: string; endedAt?: string; durationSec?: number; costUsd?: number; costInr?: number; metadata: Record<string, unknown>;
	summary?: string; language?: string; usage?: Record<string, number>; analysis?: Record<string, unknown>;
	costs?: Cost[] | Record<string, unknown>; agentConfigAtCallStart?: Config;
}
export interface Cost { type: string; provider: string; unit: string; units: number; costInr: number; costUsd: number }

export interface Entry { id: string; kind: string; timestamp: number; payload: Record<string, unknown> }

export interface Artifact { id: string; kind: string; format: string; type: string; state: string; bytes: number; durationMs?: number; url: string | null; createdAt: string; why?: string }
export interface Artifacts { recording?: string; transcription?: string; data: Artifact[]; metadata: { processed: boolean; hasRecording: boolean; erased: boolean } }

interface Percentiles { p50: number | null; p95: number | null }
export interface Metrics {
	period: string; timeRange: { from: string; to: string };
	calls: { byStatus: Record<string, number>; total: number; live: number; successRate: number | null };
	minutes: number; costInr: number; costUsd: number;
	turns: { count: number; more: boolean; latencyMs: Record<'asrFirstPartial' | 'endOfUtterance' | 'llmFirstToken' | 'ttsFirstChunk' | 'turn', Percentiles> };
}
export interface Usage {
	caps: { liveCalls: number; maxConcurrentCalls: number; costInr24h: number; dailyCostCapInr: number; minutes30d: number; monthlyMinuteCap: number };
	daily: { date: string; calls: number; minutes: number; costInr: number; costUsd: number }[];
	breakdown: Cost[]; calls: { total: number; completed: number; failed: number; totalCost: number; totalCostUsd: number; averageDuration: number };
}

export const LIVE = new Set(['created', 'queued', 'initiated', 'dialing', 'ringing', 'answered', 'in-progress', 'active', 'unknown']);
