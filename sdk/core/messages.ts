// Made by generate.mjs of what the daemon serves; change the tables there.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ClientAudio: {
            /** @constant */
            t: "audio";
        } & {
            pcm16: string;
            seq?: number;
        };
        ClientConfig: {
            /** @constant */
            t: "config";
        } & {
            config: unknown;
        };
        ClientDtmfSend: {
            /** @constant */
            t: "dtmf.send";
        } & {
            digits: string;
            /** @enum {string} */
            method?: "rfc2833" | "info";
        };
        ClientPause: {
            /** @constant */
            t: "pause";
        } & {
            timestamp?: number;
        };
        ClientPing: {
            /** @constant */
            t: "ping";
        } & {
            timestamp?: number;
        };
        ClientResume: {
            /** @constant */
            t: "resume";
        } & {
            timestamp?: number;
        };
        ClientStart: {
            /** @constant */
            t: "start";
        } & {
            agentId?: string;
            callId?: string;
            locale?: string;
        };
        ClientToolResult: {
            /** @constant */
            t: "tool.result";
        } & {
            id: string;
            result: unknown;
        };
        ClientTransfer: {
            /** @constant */
            t: "transfer";
        } & {
            /** @enum {string} */
            mode?: "blind" | "attended";
            to: string;
        };
        ClientUserText: {
            /** @constant */
            t: "user.text";
        } & {
            text: string;
        };
        ServerConnected: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "connected";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            agentName?: string;
            callId: string;
            resumeToken?: string;
        };
        ServerControlBargein: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "control.bargein";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            /** @enum {string} */
            action: "stop-tts";
        };
        ServerDtmf: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "dtmf";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            digit: string;
        };
        ServerEmotionState: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "emotion.state";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            arousal: number;
            class: string;
            confidence: number;
            valence: number;
        };
        ServerEmotionWindow: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "emotion.window";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            energy_db: number;
            speaking: boolean;
        };
        ServerEnd: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "end";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            reason: string;
        };
        ServerError: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "error";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            code: string;
            field?: string;
            message: string;
            retryable: boolean;
        };
        ServerLlmDelta: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "llm.delta";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            text: string;
        };
        ServerPong: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "pong";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & Record<string, never>;
        ServerSay: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "say";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            text: string;
            turn: number;
        };
        ServerSttFinal: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "stt.final";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            confidence: number;
            duration: number;
            text: string;
        };
        ServerSttPartial: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "stt.partial";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            text: string;
        };
        ServerToolCall: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "tool.call";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            args: unknown;
            id: string;
            name: string;
        };
        ServerTtsChunk: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "tts.chunk";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            audio?: string;
            pcm16: string;
            seq: number;
        };
        ServerTurn: {
            /** @description 1, 2, …: of messages that must not be lost */
            n?: number;
            /** @constant */
            t: "turn";
            /** @description Unix milliseconds */
            timestamp: number;
            /** @description Seconds since the call began */
            ts: number;
        } & {
            heard: string;
            outcome: string;
            /** ServerTurnStamps */
            stamps: {
                /** @description the turn was taken to be over */
                eou?: number;
                /** @description first sound heard, as far as the far end's clock tells */
                heard_first?: number;
                /** @description first audio sent */
                leg_first?: number;
                /** @description first token */
                llm_first?: number;
                /** @description first whole sentence */
                sentence_first?: number;
                /** @description the transcript was final */
                stt_final?: number;
                /** @description first sample */
                tts_first?: number;
                /** @description the caller fell silent */
                vad_end?: number;
            };
            turn: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

export type ClientMessage =
	| components["schemas"]["ClientStart"]
	| components["schemas"]["ClientAudio"]
	| components["schemas"]["ClientDtmfSend"]
	| components["schemas"]["ClientTransfer"]
	| components["schemas"]["ClientToolResult"]
	| components["schemas"]["ClientPause"]
	| components["schemas"]["ClientResume"]
	| components["schemas"]["ClientConfig"]
	| components["schemas"]["ClientPing"]
	| components["schemas"]["ClientUserText"];
export type ServerMessage =
	| components["schemas"]["ServerConnected"]
	| components["schemas"]["ServerSttPartial"]
	| components["schemas"]["ServerSttFinal"]
	| components["schemas"]["ServerLlmDelta"]
	| components["schemas"]["ServerToolCall"]
	| components["schemas"]["ServerTtsChunk"]
	| components["schemas"]["ServerControlBargein"]
	| components["schemas"]["ServerEmotionWindow"]
	| components["schemas"]["ServerEmotionState"]
	| components["schemas"]["ServerDtmf"]
	| components["schemas"]["ServerEnd"]
	| components["schemas"]["ServerError"]
	| components["schemas"]["ServerPong"]
	| components["schemas"]["ServerSay"]
	| components["schemas"]["ServerTurn"];
