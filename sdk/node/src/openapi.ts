// Made by generate.mjs of what the daemon serves; change the tables there.
export interface paths {
    "/api/auth/keys/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An identity provider lost a key: every process forgets its keys and fetches them anew */
        post: operations["purgeTokenKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A short token and one that renews it, for e-mail and password */
        post: operations["logIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a sign-in: it cannot be renewed any more */
        post: operations["logOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renews a sign-in; the old refresh token is good no more */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is this token good */
        get: operations["verify"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process answers; true while draining */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agents, newest first */
        get: operations["listAgents"];
        put?: never;
        /** Make an agent: its fields, or name and config */
        post: operations["createAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One agent, with what its calls came to */
        get: operations["getAgent"];
        put?: never;
        post?: never;
        /** Delete an agent that has no live call; its calls stay */
        delete: operations["deleteAgent"];
        options?: never;
        head?: never;
        /** Change an agent: what is sent is merged over what is there; null takes a member away */
        patch: operations["updateAgent"];
        trace?: never;
    };
    "/v1/agents/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every config an agent ever had, newest first */
        get: operations["listAgentVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's keys, newest first, those that are good no more among them */
        get: operations["listApiKeys"];
        put?: never;
        /** Makes a key; the answer shows it, nothing does later */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One key */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        /** Good no more, at once and everywhere */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new key like this one, which stays good for a while: two live keys */
        post: operations["rotateApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A recording or transcript, by a signed link; ranges are served */
        get: operations["v1_artifacts__id_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed what, newest first */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calling-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a number may be, what applies there, and when it may be called: by law and by the tenant's own hours */
        get: operations["getCallingRules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls, the latest first */
        get: operations["listCalls"];
        put?: never;
        /** Place a call, within the tenant's caps; without a carrier it is written down and waits for its socket */
        post: operations["createCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call with its costs */
        get: operations["getCall"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is kept of a call, each with a link that is good for an hour */
        get: operations["getArtifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/ask": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say something in a live call and wait for keys */
        post: operations["askInCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/conference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a live call into a room of its carrier, out of it, or silence it there */
        post: operations["conferenceCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/dtmf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Press keys towards the far end */
        post: operations["sendDigits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/hangup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a live call */
        post: operations["hangUpCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hold a live call, or go on with it */
        post: operations["holdCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happens in a call, as it happens: server-sent events, resumable by Last-Event-ID */
        get: operations["watchCall"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop hearing the caller, or hear him again */
        post: operations["muteCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/recording": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** JSON: pause the recording of a live call, or go on with it. Sound: keep a recording made elsewhere */
        post: operations["controlRecording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/redirect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a live call to another application of its carrier */
        post: operations["redirectCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go through a call again with other settings of its agent: what would have been said when. Nothing is called, stored or changed */
        post: operations["replayCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/say": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have the agent say something */
        post: operations["sayInCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Say how a call stands; one that is over stays as it is */
        patch: operations["setCallStatus"];
        trace?: never;
    };
    "/v1/calls/{id}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a call the summary somebody else made of it */
        post: operations["putSummary"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened in a call, oldest first */
        get: operations["getTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand a live call over */
        post: operations["transferCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Campaigns, newest first */
        get: operations["listCampaigns"];
        put?: never;
        /** Make a campaign, a draft that calls nobody */
        post: operations["createCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One campaign */
        get: operations["getCampaign"];
        put?: never;
        post?: never;
        /** Delete a campaign that is a draft or over; its calls and leads stay */
        delete: operations["deleteCampaign"];
        options?: never;
        head?: never;
        /** Change a campaign that is not over; what is not sent stays. Pace and hours count at once */
        patch: operations["updateCampaign"];
        trace?: never;
    };
    "/v1/campaigns/{id}/calls/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its calls for a spreadsheet, newest first */
        get: operations["exportCampaignCalls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End it for good; its leads are free again */
        post: operations["cancelCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the optimiser decided about it, with the numbers it saw, newest first */
        get: operations["listCampaignDecisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/leads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put leads into a campaign; who is in another that goes on, or asked not to be called, stays out */
        post: operations["attachLeads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/leads/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leads from a CSV file, for this campaign; a file that takes longer than 5 s is told as running */
        post: operations["importCampaignLeads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What its calls came to: outcomes, rates, time and money */
        get: operations["getCampaignMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/metrics/daily": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same by the day of its zone; CSV with Accept: text/csv */
        get: operations["getCampaignDays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** No new calls, within a second; those that talk go on */
        post: operations["pauseCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who would be called when, and why not the others; nobody is called */
        get: operations["previewCampaign"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with a paused one */
        post: operations["resumeCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start it at its scheduledAt */
        post: operations["scheduleCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take its leads in and call them; refused when there is nobody, or something is missing */
        post: operations["startCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What somebody agreed to and took back, the latest first */
        get: operations["listConsents"];
        put?: never;
        /** Appends it for one number or up to 1000; of a grant and a withdrawal the later one counts */
        post: operations["addConsents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the optimiser has decided or recommends, newest first, and why */
        get: operations["listDecisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/decisions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One decision with every number it saw */
        get: operations["getDecision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/decisions/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Do what is recommended; what only a person can do is marked as approved */
        post: operations["acceptDecision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/decisions/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Do not do what is recommended */
        post: operations["rejectDecision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dnc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's list of those who must not be called, newest first */
        get: operations["listDnc"];
        put?: never;
        /** Puts one number or up to 1000 on it; one that is there stays as it is, for good if either says so */
        post: operations["addDnc"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dnc/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an entry away; a consent that was withdrawn stays withdrawn */
        delete: operations["removeDnc"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dnc/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** May this number be called, and if not, why */
        get: operations["checkDnc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dnc/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** text/csv, up to 2 MiB at a time: a number a line, then a comma and why; lines that hold none are told */
        post: operations["importDnc"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who was to be forgotten, and what came of it; newest first */
        get: operations["listErasures"];
        put?: never;
        /** Takes somebody out of what is kept: recordings, transcripts, timelines, events, names and numbers of the calls, leads. What a call cost stays. Begun at once, calls that live when they are over; it cannot be undone */
        post: operations["orderErasure"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them, with its report */
        get: operations["getErasure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same */
        get: operations["v1_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Files of leads, newest first */
        get: operations["listImports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a file has come, and the first of what is wrong in it */
        get: operations["getImport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every row that was not taken, by line, column and reason; Link says where the next are */
        get: operations["getImportErrors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leads, newest first */
        get: operations["listLeads"];
        put?: never;
        /** Make a lead; 409 when there is one of this number */
        post: operations["createLead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One lead */
        get: operations["getLead"];
        put?: never;
        post?: never;
        /** Delete a lead; its calls stay */
        delete: operations["deleteLead"];
        options?: never;
        head?: never;
        /** Change a lead; what is not sent stays, the empty text takes away */
        patch: operations["updateLead"];
        trace?: never;
    };
    "/v1/leads/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make up to 1000 leads; those whose number is there are named and left as they are */
        post: operations["createLeads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leads/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leads from a CSV file, into no campaign */
        post: operations["importLeads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The calls that are not over, the whole list whenever it changes: server-sent events */
        get: operations["watchCalls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whose credential this is and what it may */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people of the tenant */
        get: operations["listMembers"];
        put?: never;
        /** Lets somebody in, or gives a member another role */
        post: operations["addMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them */
        get: operations["getMember"];
        put?: never;
        post?: never;
        /** Lets a member go; his sign-ins elsewhere stay */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /** Gives a member another role */
        patch: operations["updateMember"];
        trace?: never;
    };
    "/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the tenant's calls go: by status, minutes, cost, success rate, how quick the turns are */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's numbers, newest first */
        get: operations["listNumbers"];
        put?: never;
        /** Take a number of the pool */
        post: operations["takeNumber"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/numbers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them */
        get: operations["getNumber"];
        put?: never;
        post?: never;
        /** Give a number back: to the pool, and from ElevenLabs where it was imported */
        delete: operations["releaseNumber"];
        options?: never;
        head?: never;
        /** Name a number */
        patch: operations["updateNumber"];
        trace?: never;
    };
    "/v1/numbers/{id}/agent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say which agent answers a number */
        post: operations["attachAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/numbers/{id}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let ElevenLabs dial from a Twilio number; our webhook is put back, or the conflict told */
        post: operations["importNumber"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/opt-outs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Somebody wants no more calls: the list, his consents, whatever campaign was to call him */
        post: operations["createOptOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/optimizer-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** By which rules campaigns are decided about: everybody's and your own */
        get: operations["listOptimizerRules"];
        put?: never;
        /** A rule of your own. One with the name of everybody's stands in its place, and takes from it what is not said */
        post: operations["createOptimizerRule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/optimizer-rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One rule */
        get: operations["getOptimizerRule"];
        put?: never;
        post?: never;
        /** Takes a rule of your own away; everybody's of its name counts again */
        delete: operations["deleteOptimizerRule"];
        options?: never;
        head?: never;
        /** Changes what is named; everybody's cannot be changed */
        patch: operations["updateOptimizerRule"];
        trace?: never;
    };
    "/v1/pool": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The operator's numbers */
        get: operations["listPool"];
        put?: never;
        /** A number of the operator's account goes into the pool */
        post: operations["addToPool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pool/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Out of the pool and back to Twilio: the number is lost for good */
        delete: operations["releaseFromPool"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pool/buy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Buy a number; it rings here at once */
        post: operations["buyForPool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pool/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What Twilio offers */
        get: operations["searchPool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/realtime/{callId}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a live call */
        post: operations["endRealtime"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/realtime/{callId}/recording": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pause the recording of a live call, or go on with it */
        post: operations["recordRealtime"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/realtime/{callId}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A call's events in numbers */
        get: operations["getRealtimeStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/realtime/{callId}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand a live call over */
        post: operations["transferRealtime"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/realtime/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls with a media socket */
        get: operations["listConnections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/realtime/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets one browser socket in, once, without showing it a key */
        post: operations["createTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names of the tenant's secrets and the hosts they are for; values are never given */
        get: operations["listSecrets"];
        /** Keep a value that tools send in a header by its name, or put another in its place */
        put: operations["putSecret"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forget one; tools that name it fail from now on */
        delete: operations["deleteSecret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/segments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Saved segments, by name */
        get: operations["listSegments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/segments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One segment */
        get: operations["getSegment"];
        /** Save a segment under this name; campaigns that name it mean the new one from now on */
        put: operations["putSegment"];
        post?: never;
        /** Forget a segment; campaigns that name it cannot start until there is one */
        delete: operations["deleteSegment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/segments/{id}/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many leads it names now */
        get: operations["countSavedSegment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/segments/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** How many leads a segment names, and how many of them no campaign has */
        post: operations["countSegment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/slots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every call that holds a slot: since when, where, why */
        get: operations["listSlots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The catalogue and the tenant's own templates */
        get: operations["listTemplates"];
        put?: never;
        /** A template of the tenant's own */
        post: operations["createTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them */
        get: operations["getTemplate"];
        put?: never;
        post?: never;
        /** Take one of the tenant's own away; agents made of it stay */
        delete: operations["deleteTemplate"];
        options?: never;
        head?: never;
        /** Change one of the tenant's own: another version */
        patch: operations["updateTemplate"];
        trace?: never;
    };
    "/v1/templates/{id}/deploy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An agent from a template, at ElevenLabs or here; asked twice, made once */
        post: operations["deployTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/templates/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one of the tenant's own has been, newest first */
        get: operations["listTemplateVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant of this credential and its rules */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes what is named; other rules stay */
        patch: operations["updateTenant"];
        trace?: never;
    };
    "/v1/tenants/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was used and what it cost; the id may be me */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{id}/usage/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ledger of calls, for a spreadsheet */
        get: operations["exportUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The registered tools, newest first */
        get: operations["listTools"];
        put?: never;
        /** Register a tool, or another version of one. An agent has it by naming it in its tools */
        post: operations["registerTool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tools/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One tool, the version in use */
        get: operations["getTool"];
        put?: never;
        post?: never;
        /** Take a tool out of use; calls that have it keep it */
        delete: operations["deleteTool"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tools/{name}/invoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call a registered tool; what came of it is in the answer, also when it failed */
        post: operations["invokeTool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tools/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether a definition would be registered, and whether arguments would fit it; nothing is kept */
        post: operations["validateTool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/daily": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls, minutes and money by day; CSV with Accept: text/csv */
        get: operations["getUsageDays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's endpoints, newest first */
        get: operations["listWebhooks"];
        put?: never;
        /** Registers an address that events are posted to. Its secret is in this answer and in no other */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One endpoint */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /** Nothing more is sent to it; what waits becomes a dead letter */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /** Changes what is sent. Enabling an endpoint again forgives its failures */
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent to it, newest first, with every attempt */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new secret, shown once; for 24 hours the one before signs beside it */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends it webhook.test, whatever it subscribes to */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/deliveries/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends it once more from the start, with the event id it always had */
        post: operations["replayWebhookDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/dispatch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Queues a body for an address: one of the tenant's endpoints, or any with an hmacSecret to sign with */
        post: operations["dispatchWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/dispatch/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same for many; those that are refused are named */
        post: operations["dispatchWebhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/dlq/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Drops the tenant's dead letters, 10,000 at a time, oldest first */
        delete: operations["clearWebhookDeadLetters"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/dlq/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Dead letters, latest first */
        get: operations["listWebhookDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/dlq/retry/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a dead letter once more from the start */
        post: operations["retryWebhookDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/dlq/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many dead letters there are, and what waits */
        get: operations["getWebhookDeadLetterStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/metrics/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was delivered, retried and given up in the last seven days, and what waits */
        get: operations["getWebhookSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether a signature is right: by an endpoint of the tenant's, or by a secret the caller knows */
        post: operations["verifyWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "agent.summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What there is to say of a call, once it is over */
        post: operations["agent.summary"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "agent.tool_call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The agent has used a tool */
        post: operations["agent.tool_call"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "asr.final": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The caller has said something */
        post: operations["asr.final"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "billing.usage.updated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What was used, and whether a cap is near */
        post: operations["billing.usage.updated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.answered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Somebody answers a call of ours, or a machine */
        post: operations["call.answered"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.ended": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A call is over */
        post: operations["call.ended"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.ringing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A telephone rings, ours or another's */
        post: operations["call.ringing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "call.started": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A call has begun */
        post: operations["call.started"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "qa.flags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Something in a call that a person should look at */
        post: operations["qa.flags"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "system.alert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A cap is near, or reached */
        post: operations["system.alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.endpoint_disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An endpoint of the tenant is sent to no more */
        post: operations["webhook.endpoint_disabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sent by request, to try an endpoint */
        post: operations["webhook.test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /** agent */
        agent: {
            /** @description As it was sent */
            config: unknown;
            /** @description RFC 3339 */
            readonly createdAt: string;
            /** @description What it is for */
            description?: string;
            /** @description agt_… */
            readonly id: string;
            /** @description Its name */
            name: string;
            /** @description Who speaks for it: invorto or elevenlabs */
            provider?: string;
            /** @description active, inactive or draft */
            status: string;
            /** @description The template it was made from */
            templateId?: string;
            /** @description RFC 3339 */
            readonly updatedAt: string;
            /** @description What it was made for */
            useCase?: string;
            /** @description Counts up with every change of name or config */
            readonly version: number;
        };
        /** agentBody */
        agentBodyInput: {
            /** @description what is made of a call once it is over */
            analysis?: components["schemas"]["Analysis"];
            /** @description said when no provider answers */
            apology?: string;
            /** @description recognisers in order */
            asr?: string[];
            /** @description recognition model */
            asrModel?: string;
            /** @description interruptions */
            bargeIn?: components["schemas"]["BargeIn"];
            /** @description The fields, all in one member */
            config?: components["schemas"]["agentConfigInput"];
            /** @description recording consent */
            consent?: components["schemas"]["Consent"];
            /** @description What it is for */
            description?: string;
            /** @description says that this is an automated voice; spoken first, never interrupted */
            disclosure?: string;
            /** @description somebody took the responsibility for not saying so */
            disclosureWaived?: boolean;
            /** @description sends the caller's sound straight back and uses no provider: to test a line */
            echo?: boolean;
            /** @description send emotion.window */
            emotion?: boolean;
            /** @description the agent saying one of them ends the call once it was heard */
            endCallPhrases?: string[];
            /** @description when a turn ends */
            endpointing?: components["schemas"]["Endpointing"];
            /** @description said while a tool takes long */
            filler?: string;
            /**
             * @deprecated
             * @description the agent's first words
             */
            firstMessage?: string;
            /** @description the agent's first words */
            greeting?: string;
            /** @description silence */
            idle?: components["schemas"]["Idle"];
            /** @description the caller may speak over greeting and answers */
            interruptible?: boolean;
            /** @description dialled digits */
            keypad?: components["schemas"]["Keypad"];
            /** @description models' servers in order */
            llm?: string[];
            /** @description language of the call */
            locale?: string;
            /** @description longest call in ms */
            maxDurationMs?: number;
            /** @description said when it is reached */
            maxDurationText?: string;
            /** @description of an answer; 0: configured */
            maxTokens?: number;
            /** @description kept and returned */
            metadata?: unknown;
            /** @description model of the first server */
            model?: string;
            /** @description shown to people */
            name: string;
            /** @description a key that says "do not call me again": 9; empty: none does */
            optOutDigit?: string;
            /** @description said when it was pressed; then the call ends */
            optOutText?: string;
            /** @description what the model is told to be */
            prompt?: string;
            /** @description write a stereo recording */
            record?: boolean;
            /**
             * @description wav, or opus: made of it after the call, a fifth of the size at 8 kHz, a tenth at 16 kHz
             * @enum {string}
             */
            recordingFormat?: "wav" | "opus";
            /**
             * @description Only an active one is called
             * @enum {string}
             */
            status?: "active" | "inactive" | "draft";
            /**
             * @deprecated
             * @description what the model is told to be
             */
            systemPrompt?: string;
            /** @description of the model; -1: configured */
            temperature?: number;
            /** @description a tool that takes longer gets its filler spoken */
            toolBudgetMs?: number;
            /** @description functions the model may call */
            tools?: components["schemas"]["ToolInput"][];
            /** @description how a caller is handed over on a telephone line */
            transfer?: components["schemas"]["Transfer"];
            /** @description where a human is */
            transferTo?: string;
            /** @description synthesisers in order */
            tts?: string[];
            /**
             * @description What it was made for
             * @enum {string}
             */
            useCase?: "sales_outreach" | "customer_support" | "appointment_setting" | "lead_qualification";
            /** @description The version that is to be changed; another one is 409 */
            version?: number;
            /** @description voice at deepgram */
            voice?: string;
            /** @description voice at elevenlabs */
            voiceElevenlabs?: string;
            /** @description when a machine answers a call we placed */
            voicemail?: components["schemas"]["Voicemail"];
        };
        /** agentBody */
        agentBodyPatch: {
            /** @description what is made of a call once it is over */
            analysis?: components["schemas"]["AnalysisPatch"];
            /** @description said when no provider answers */
            apology?: string;
            /** @description recognisers in order */
            asr?: string[];
            /** @description recognition model */
            asrModel?: string;
            /** @description interruptions */
            bargeIn?: components["schemas"]["BargeInPatch"];
            /** @description The fields, all in one member */
            config?: components["schemas"]["agentConfigPatch"];
            /** @description recording consent */
            consent?: components["schemas"]["ConsentPatch"];
            /** @description What it is for */
            description?: string;
            /** @description says that this is an automated voice; spoken first, never interrupted */
            disclosure?: string;
            /** @description somebody took the responsibility for not saying so */
            disclosureWaived?: boolean;
            /** @description sends the caller's sound straight back and uses no provider: to test a line */
            echo?: boolean;
            /** @description send emotion.window */
            emotion?: boolean;
            /** @description the agent saying one of them ends the call once it was heard */
            endCallPhrases?: string[];
            /** @description when a turn ends */
            endpointing?: components["schemas"]["EndpointingPatch"];
            /** @description said while a tool takes long */
            filler?: string;
            /**
             * @deprecated
             * @description the agent's first words
             */
            firstMessage?: string;
            /** @description the agent's first words */
            greeting?: string;
            /** @description silence */
            idle?: components["schemas"]["IdlePatch"];
            /** @description the caller may speak over greeting and answers */
            interruptible?: boolean;
            /** @description dialled digits */
            keypad?: components["schemas"]["KeypadPatch"];
            /** @description models' servers in order */
            llm?: string[];
            /** @description language of the call */
            locale?: string;
            /** @description longest call in ms */
            maxDurationMs?: number;
            /** @description said when it is reached */
            maxDurationText?: string;
            /** @description of an answer; 0: configured */
            maxTokens?: number;
            /** @description kept and returned */
            metadata?: unknown;
            /** @description model of the first server */
            model?: string;
            /** @description shown to people */
            name?: string;
            /** @description a key that says "do not call me again": 9; empty: none does */
            optOutDigit?: string;
            /** @description said when it was pressed; then the call ends */
            optOutText?: string;
            /** @description what the model is told to be */
            prompt?: string;
            /** @description write a stereo recording */
            record?: boolean;
            /**
             * @description wav, or opus: made of it after the call, a fifth of the size at 8 kHz, a tenth at 16 kHz
             * @enum {string}
             */
            recordingFormat?: "wav" | "opus";
            /**
             * @description Only an active one is called
             * @enum {string}
             */
            status?: "active" | "inactive" | "draft";
            /**
             * @deprecated
             * @description what the model is told to be
             */
            systemPrompt?: string;
            /** @description of the model; -1: configured */
            temperature?: number;
            /** @description a tool that takes longer gets its filler spoken */
            toolBudgetMs?: number;
            /** @description functions the model may call */
            tools?: components["schemas"]["ToolInput"][];
            /** @description how a caller is handed over on a telephone line */
            transfer?: components["schemas"]["TransferPatch"];
            /** @description where a human is */
            transferTo?: string;
            /** @description synthesisers in order */
            tts?: string[];
            /**
             * @description What it was made for
             * @enum {string}
             */
            useCase?: "sales_outreach" | "customer_support" | "appointment_setting" | "lead_qualification";
            /** @description The version that is to be changed; another one is 409 */
            version?: number;
            /** @description voice at deepgram */
            voice?: string;
            /** @description voice at elevenlabs */
            voiceElevenlabs?: string;
            /** @description when a machine answers a call we placed */
            voicemail?: components["schemas"]["VoicemailPatch"];
        };
        /** agentChanged */
        agentChanged: {
            /** @description The same, for older clients */
            agent: components["schemas"]["agent"];
            /** @description As it was sent */
            config: unknown;
            /** @description RFC 3339 */
            readonly createdAt: string;
            /** @description What it is for */
            description?: string;
            /** @description agt_… */
            readonly id: string;
            /** @description Its name */
            name: string;
            /** @description Who speaks for it: invorto or elevenlabs */
            provider?: string;
            /** @description active, inactive or draft */
            status: string;
            /** @description Always true */
            success: boolean;
            /** @description The template it was made from */
            templateId?: string;
            /** @description RFC 3339 */
            readonly updatedAt: string;
            /** @description What it was made for */
            useCase?: string;
            /** @description Counts up with every change of name or config */
            readonly version: number;
        };
        /** agentConfig */
        agentConfigInput: {
            /** @description what is made of a call once it is over */
            analysis?: components["schemas"]["Analysis"];
            /** @description said when no provider answers */
            apology?: string;
            /** @description recognisers in order */
            asr?: string[];
            /** @description recognition model */
            asrModel?: string;
            /** @description interruptions */
            bargeIn?: components["schemas"]["BargeIn"];
            /** @description recording consent */
            consent?: components["schemas"]["Consent"];
            /** @description says that this is an automated voice; spoken first, never interrupted */
            disclosure?: string;
            /** @description somebody took the responsibility for not saying so */
            disclosureWaived?: boolean;
            /** @description sends the caller's sound straight back and uses no provider: to test a line */
            echo?: boolean;
            /** @description send emotion.window */
            emotion?: boolean;
            /** @description the agent saying one of them ends the call once it was heard */
            endCallPhrases?: string[];
            /** @description when a turn ends */
            endpointing?: components["schemas"]["Endpointing"];
            /** @description said while a tool takes long */
            filler?: string;
            /**
             * @deprecated
             * @description the agent's first words
             */
            firstMessage?: string;
            /** @description the agent's first words */
            greeting?: string;
            /** @description name of the agent in addresses */
            id?: string;
            /** @description silence */
            idle?: components["schemas"]["Idle"];
            /** @description the caller may speak over greeting and answers */
            interruptible?: boolean;
            /** @description dialled digits */
            keypad?: components["schemas"]["Keypad"];
            /** @description models' servers in order */
            llm?: string[];
            /** @description language of the call */
            locale?: string;
            /** @description longest call in ms */
            maxDurationMs?: number;
            /** @description said when it is reached */
            maxDurationText?: string;
            /** @description of an answer; 0: configured */
            maxTokens?: number;
            /** @description kept and returned */
            metadata?: unknown;
            /** @description model of the first server */
            model?: string;
            /** @description shown to people */
            name?: string;
            /** @description a key that says "do not call me again": 9; empty: none does */
            optOutDigit?: string;
            /** @description said when it was pressed; then the call ends */
            optOutText?: string;
            /** @description what the model is told to be */
            prompt?: string;
            /** @description write a stereo recording */
            record?: boolean;
            /**
             * @description wav, or opus: made of it after the call, a fifth of the size at 8 kHz, a tenth at 16 kHz
             * @enum {string}
             */
            recordingFormat?: "wav" | "opus";
            /**
             * @deprecated
             * @description what the model is told to be
             */
            systemPrompt?: string;
            /** @description of the model; -1: configured */
            temperature?: number;
            /** @description a tool that takes longer gets its filler spoken */
            toolBudgetMs?: number;
            /** @description functions the model may call */
            tools?: components["schemas"]["ToolInput"][];
            /** @description how a caller is handed over on a telephone line */
            transfer?: components["schemas"]["Transfer"];
            /** @description where a human is */
            transferTo?: string;
            /** @description synthesisers in order */
            tts?: string[];
            /** @description voice at deepgram */
            voice?: string;
            /** @description voice at elevenlabs */
            voiceElevenlabs?: string;
            /** @description when a machine answers a call we placed */
            voicemail?: components["schemas"]["Voicemail"];
        };
        /** agentConfig */
        agentConfigPatch: {
            /** @description what is made of a call once it is over */
            analysis?: components["schemas"]["AnalysisPatch"];
            /** @description said when no provider answers */
            apology?: string;
            /** @description recognisers in order */
            asr?: string[];
            /** @description recognition model */
            asrModel?: string;
            /** @description interruptions */
            bargeIn?: components["schemas"]["BargeInPatch"];
            /** @description recording consent */
            consent?: components["schemas"]["ConsentPatch"];
            /** @description says that this is an automated voice; spoken first, never interrupted */
            disclosure?: string;
            /** @description somebody took the responsibility for not saying so */
            disclosureWaived?: boolean;
            /** @description sends the caller's sound straight back and uses no provider: to test a line */
            echo?: boolean;
            /** @description send emotion.window */
            emotion?: boolean;
            /** @description the agent saying one of them ends the call once it was heard */
            endCallPhrases?: string[];
            /** @description when a turn ends */
            endpointing?: components["schemas"]["EndpointingPatch"];
            /** @description said while a tool takes long */
            filler?: string;
            /**
             * @deprecated
             * @description the agent's first words
             */
            firstMessage?: string;
            /** @description the agent's first words */
            greeting?: string;
            /** @description name of the agent in addresses */
            id?: string;
            /** @description silence */
            idle?: components["schemas"]["IdlePatch"];
            /** @description the caller may speak over greeting and answers */
            interruptible?: boolean;
            /** @description dialled digits */
            keypad?: components["schemas"]["KeypadPatch"];
            /** @description models' servers in order */
            llm?: string[];
            /** @description language of the call */
            locale?: string;
            /** @description longest call in ms */
            maxDurationMs?: number;
            /** @description said when it is reached */
            maxDurationText?: string;
            /** @description of an answer; 0: configured */
            maxTokens?: number;
            /** @description kept and returned */
            metadata?: unknown;
            /** @description model of the first server */
            model?: string;
            /** @description shown to people */
            name?: string;
            /** @description a key that says "do not call me again": 9; empty: none does */
            optOutDigit?: string;
            /** @description said when it was pressed; then the call ends */
            optOutText?: string;
            /** @description what the model is told to be */
            prompt?: string;
            /** @description write a stereo recording */
            record?: boolean;
            /**
             * @description wav, or opus: made of it after the call, a fifth of the size at 8 kHz, a tenth at 16 kHz
             * @enum {string}
             */
            recordingFormat?: "wav" | "opus";
            /**
             * @deprecated
             * @description what the model is told to be
             */
            systemPrompt?: string;
            /** @description of the model; -1: configured */
            temperature?: number;
            /** @description a tool that takes longer gets its filler spoken */
            toolBudgetMs?: number;
            /** @description functions the model may call */
            tools?: components["schemas"]["ToolInput"][];
            /** @description how a caller is handed over on a telephone line */
            transfer?: components["schemas"]["TransferPatch"];
            /** @description where a human is */
            transferTo?: string;
            /** @description synthesisers in order */
            tts?: string[];
            /** @description voice at deepgram */
            voice?: string;
            /** @description voice at elevenlabs */
            voiceElevenlabs?: string;
            /** @description when a machine answers a call we placed */
            voicemail?: components["schemas"]["VoicemailPatch"];
        };
        /** agentDeleted */
        agentDeleted: {
            /** @description As it was */
            deleted: components["schemas"]["agent"];
            /** @description Always true */
            success: boolean;
        };
        /** agentList */
        agentList: {
            /** @description The same, under the name older clients read */
            agents: components["schemas"]["agent"][];
            /** @description The rows of this page */
            data: components["schemas"]["agent"][];
            /** @description Is there another page */
            hasMore: boolean;
            /** @description For the next page */
            nextCursor: string | null;
            /** @description Where this page is */
            pagination: components["schemas"]["pagination"];
        };
        /** agentStats */
        agentStats: {
            /** @description INR a call */
            averageCost: number;
            /** @description Calls of it */
            totalCalls: number;
        };
        /** agentVersion */
        agentVersion: {
            /** @description As it was sent */
            config: unknown;
            /** @description RFC 3339 */
            createdAt: string;
            /** @description A person or a key */
            createdBy?: string;
            /** @description Its name then */
            name: string;
            /** @description Counts up */
            version: number;
        };
        /** agentVersionList */
        agentVersionList: {
            /** @description Newest first */
            data: components["schemas"]["agentVersion"][];
        };
        /** agentWithStats */
        agentWithStats: {
            /** @description As it was sent */
            config: unknown;
            /** @description RFC 3339 */
            readonly createdAt: string;
            /** @description What it is for */
            description?: string;
            /** @description agt_… */
            readonly id: string;
            /** @description Its name */
            name: string;
            /** @description Who speaks for it: invorto or elevenlabs */
            provider?: string;
            /** @description What its calls came to */
            stats: components["schemas"]["agentStats"];
            /** @description active, inactive or draft */
            status: string;
            /** @description The template it was made from */
            templateId?: string;
            /** @description RFC 3339 */
            readonly updatedAt: string;
            /** @description What it was made for */
            useCase?: string;
            /** @description Counts up with every change of name or config */
            readonly version: number;
        };
        /** Analysis */
        Analysis: {
            /** @description after the call the model is asked what came of it; else only what the call itself knows is told */
            enabled?: boolean;
            /** @description what the model is told about these calls, beside the house's own words */
            prompt?: string;
            /** @description what a successful call is; the call is scored by it (successEvaluation) */
            rubric?: string;
            /** @description JSON Schema of what is to be taken out of the conversation (structuredData) */
            structuredSchema?: unknown;
        };
        /** Analysis */
        AnalysisPatch: {
            /** @description after the call the model is asked what came of it; else only what the call itself knows is told */
            enabled?: boolean;
            /** @description what the model is told about these calls, beside the house's own words */
            prompt?: string;
            /** @description what a successful call is; the call is scored by it (successEvaluation) */
            rubric?: string;
            /** @description JSON Schema of what is to be taken out of the conversation (structuredData) */
            structuredSchema?: unknown;
        };
        /** ApiKey */
        ApiKey: {
            /** @description When it was made */
            createdAt: string;
            /** @description The key or person that made it */
            createdBy?: string;
            /** @description Good until then */
            expiresAt?: string;
            /** @description key_… */
            id: string;
            /** @description To the minute */
            lastUsedAt?: string;
            /** @description False: a test key */
            live: boolean;
            /** @description What it is for */
            name: string;
            /** @description Its first characters */
            prefix: string;
            /** @description Requests a minute; 0: the tenant's */
            ratePerMinute: number;
            /** @description Good no more since then */
            revokedAt?: string;
            /**
             * @description What it may
             * @enum {string}
             */
            role: "analyst" | "dev" | "admin";
            /** @description agents:read, calls:*; none: all that the role may */
            scopes: string[];
        };
        /** ApiKeyCreate */
        ApiKeyCreate: {
            /** @description Good until then; absent: until it is revoked */
            expiresAt?: string;
            /** @description False: a test key */
            live?: boolean;
            /** @description What it is for */
            name: string;
            /** @description Requests a minute; 0: the tenant's */
            ratePerMinute?: number;
            /**
             * @description What it may
             * @enum {string}
             */
            role: "analyst" | "dev" | "admin";
            /** @description agents:read, calls:*; none: all that the role may */
            scopes?: string[];
        };
        /** ApiKeyList */
        ApiKeyList: {
            /** @description Newest first */
            data: components["schemas"]["ApiKey"][];
            /** @description There are older ones */
            hasMore: boolean;
            /** @description For the page behind this one */
            nextCursor?: string;
        };
        /** ApiKeyMade */
        ApiKeyMade: {
            /** @description When it was made */
            createdAt: string;
            /** @description The key or person that made it */
            createdBy?: string;
            /** @description Good until then */
            expiresAt?: string;
            /** @description key_… */
            id: string;
            /** @description The key itself; shown this once */
            key: string;
            /** @description To the minute */
            lastUsedAt?: string;
            /** @description False: a test key */
            live: boolean;
            /** @description What it is for */
            name: string;
            /** @description Its first characters */
            prefix: string;
            /** @description Requests a minute; 0: the tenant's */
            ratePerMinute: number;
            /** @description Good no more since then */
            revokedAt?: string;
            /**
             * @description What it may
             * @enum {string}
             */
            role: "analyst" | "dev" | "admin";
            /** @description agents:read, calls:*; none: all that the role may */
            scopes: string[];
        };
        /** ApiKeyRotate */
        ApiKeyRotate: {
            /** @description How long the old key stays good; a day unless said */
            graceSeconds?: number;
        };
        /** artifact */
        artifact: {
            /** @description Its size */
            bytes?: number;
            /** @description RFC 3339 */
            createdAt: string;
            /** @description Of sound */
            durationMs?: number;
            /** @description RFC 3339 */
            expiresAt?: string;
            /** @description wav, json, … */
            format: string;
            /** @description art_… */
            id: string;
            /** @description recording, transcript, … */
            kind: string;
            /** @description stored, local, … */
            state: string;
            /** @description Content type */
            type: string;
            /** @description Why there is no url */
            unavailable?: string;
            /** @description For whoever has it, until expiresAt */
            url: string | null;
        };
        /** artifacts */
        artifacts: {
            /** @description The call */
            callId: string;
            /** @description Every file */
            data: components["schemas"]["artifact"][];
            /** @description What there is */
            metadata: components["schemas"]["artifactsMetadata"];
            /** @description A link */
            metrics: string | null;
            /** @description A link */
            recording: string | null;
            /** @description What it was about */
            summary: string | null;
            /** @description A link */
            timeline: string | null;
            /** @description A link */
            transcript: string | null;
            /** @description The whole conversation as text */
            transcription: string | null;
        };
        /** artifactsMetadata */
        artifactsMetadata: {
            /** @description The call */
            callId: string;
            /** @description Its contents are gone */
            erased: boolean;
            /** @description Ours or one that was brought */
            hasRecording: boolean;
            /** @description The work behind the call is done */
            processed: boolean;
        };
        /** AuditEntry */
        AuditEntry: {
            /** @description Operation id of the route, or what the system did */
            action: string;
            /** @description Which key or person */
            actorId?: string;
            /** @description key, user, platform or system */
            actorKind: string;
            /** @description When */
            at: string;
            /** @description What else is known */
            detail?: unknown;
            /** @description Which of them */
            entityId?: string;
            /** @description What it was done to */
            entityType?: string;
            /** @description aud_… */
            id: string;
            /** @description Where it came from */
            ip?: string;
            /** @description Names the request in our log */
            requestId?: string;
        };
        /** AuditList */
        AuditList: {
            /** @description Newest first */
            data: components["schemas"]["AuditEntry"][];
            /** @description There are older ones */
            hasMore: boolean;
            /** @description For the page behind this one */
            nextCursor?: string;
        };
        /** BargeIn */
        BargeIn: {
            /** @description words that never interrupt */
            backchannels?: string[];
            /** @description how many dB above the agent's echo the caller has to be */
            echoGuardDb?: number;
            /** @description the caller may interrupt */
            enabled?: boolean;
            /** @description words that make an interruption real */
            minWords?: number;
            /** @description speech in ms over the agent that silences it */
            onsetMs?: number;
            /** @description go on speaking after a false alarm */
            resume?: boolean;
            /** @description silence in ms without words after which it was a false alarm */
            resumeMs?: number;
        };
        /** BargeIn */
        BargeInPatch: {
            /** @description words that never interrupt */
            backchannels?: string[];
            /** @description how many dB above the agent's echo the caller has to be */
            echoGuardDb?: number;
            /** @description the caller may interrupt */
            enabled?: boolean;
            /** @description words that make an interruption real */
            minWords?: number;
            /** @description speech in ms over the agent that silences it */
            onsetMs?: number;
            /** @description go on speaking after a false alarm */
            resume?: boolean;
            /** @description silence in ms without words after which it was a false alarm */
            resumeMs?: number;
        };
        /** call */
        call: {
            /** @description The agent as it was */
            agentConfigAtCallStart?: unknown;
            /** @description Who talks */
            agentId?: string;
            /** @description The agent's version */
            agentVersion?: number;
            /** @description What was made of it afterwards */
            analysis?: unknown;
            /** @description RFC 3339 */
            answeredAt?: string;
            /** @description The campaign it counts for */
            campaignId?: string;
            /** @description jambonz, twilio or none */
            carrier?: string;
            /** @description In all */
            costInr?: number;
            /** @description By what it was used for */
            costs: unknown;
            /** @description In all */
            costUsd?: number;
            /** @description inbound, outbound or web */
            direction: string;
            /** @description From the answer to the end */
            durationSec?: number;
            /** @description RFC 3339 */
            endedAt?: string;
            /** @description Why it ended */
            endReason?: string;
            /** @description Why it failed */
            failureReason?: string;
            /** @description Caller id */
            from?: string;
            /** @description call_… */
            id: string;
            /** @description What was spoken */
            language?: string;
            /** @description Who was called */
            leadId?: string;
            /** @description An object, as it was given */
            metadata: unknown;
            /** @description How it ended */
            outcome?: string;
            /** @description Who speaks: invorto or elevenlabs */
            provider: string;
            /** @description The carrier's id */
            providerCallId?: string;
            /** @description RFC 3339 */
            startedAt: string;
            /** @description How it stands */
            status: string;
            /** @description What it was about */
            summary?: string;
            /** @description Made with a test key */
            test: boolean;
            /** @description Who is called */
            to?: string;
            /** @description What was used of what */
            usage: unknown;
        };
        /** callChanged */
        callChanged: {
            /** @description As it stands now */
            call: components["schemas"]["call"];
            /** @description Always true */
            success: boolean;
        };
        /** CallingConsent */
        CallingConsent: {
            /** @description In this call */
            callId?: string;
            /** @description What shows it */
            evidence?: unknown;
            /** @description False: withdrawn */
            granted: boolean;
            /** @description cns_… */
            id: string;
            /** @description call, marketing, recording or ai_disclosure */
            kind: string;
            /** @description By this lead */
            leadId?: string;
            /** @description When */
            occurredAt: string;
            /** @description E.164 */
            phone: string;
            /** @description How it was said */
            source: string;
        };
        /** CallingHoliday */
        CallingHoliday: {
            /** @description When that was looked up */
            asOf: string;
            /** @description Its dates of the next twelve months; one that is moved has both */
            days: string[];
            /** @description Its name here */
            id: string;
            /** @description any, marketing or collection */
            kind: string;
            /** @description What it is called there */
            name: string;
            /** @description A country, or a part of one */
            region: string;
            /** @description Where that is from */
            sourceUrl: string;
            /** @description What else there is to say of it */
            why?: string;
        };
        /** CallingRule */
        CallingRule: {
            /** @description When that was looked up */
            asOf: string;
            /** @description 1 is Monday */
            days: unknown;
            /** @description By his own clock */
            from: string;
            /** @description Its name */
            id: string;
            /** @description any, marketing or collection */
            kind: string;
            /** @description A country, a part of one, or * for the default */
            region: string;
            /** @description The national list must be no older; 0: none is asked for */
            registryDays?: number;
            /** @description Where that is from */
            sourceUrl: string;
            /** @description By his own clock */
            to: string;
            /** @description What else there is to say of it */
            why?: string;
        };
        /** CallingRules */
        CallingRules: {
            /** @description Until when, if he may */
            closesAt?: string;
            /** @description ISO 3166 */
            country?: string;
            /** @description Days on which nobody there is called, whatever the hour, soonest first */
            holidays: components["schemas"]["CallingHoliday"][];
            /** @description When he first may; absent: not within 15 days */
            nextAt?: string;
            /** @description He may be called then */
            open: boolean;
            /** @description The number */
            phone: string;
            /** @description Where it may be; absent: nobody knows */
            region?: string;
            /** @description What applies: all of them at once */
            rules: components["schemas"]["CallingRule"][];
            /** @description ISO 3166-2 */
            subdivision?: string;
            /** @description unknown_region, outside_lawful_hours or outside_window (the tenant's) */
            why?: string;
            /** @description All of them must be in hours */
            zones: string[];
            /** @description Why several */
            zonesWhy?: string;
        };
        /** CallLimit */
        CallLimit: {
            /** @description Calls at this moment */
            count: number;
            /** @description How many there may be; 0: no cap */
            limit: number;
        };
        /** CallLimits */
        CallLimits: {
            /** @description Campaigns of this tenant that have calls */
            campaigns: components["schemas"]["CampaignLimit"][];
            /** @description By carrier, of all tenants */
            carriers: components["schemas"]["CarrierLimit"][];
            /** @description Calls of carriers, of all tenants */
            global: components["schemas"]["CallLimit"];
            /** @description Above 0: Redis may have forgotten calls, and nobody is admitted for so long */
            settlingMs: number;
            /** @description Calls of this tenant, browsers' too */
            tenant: components["schemas"]["CallLimit"];
        };
        /** callList */
        callList: {
            /** @description The same, under the name older clients read */
            calls: components["schemas"]["callRow"][];
            /** @description The rows of this page */
            data: components["schemas"]["callRow"][];
            /** @description Is there another page */
            hasMore: boolean;
            /** @description For the next page */
            nextCursor: string | null;
            /** @description Where this page is */
            pagination: components["schemas"]["pagination"];
        };
        /** callMade */
        callMade: {
            /** @description Who talks */
            agentId: string;
            /** @description Who places it */
            carrier?: string;
            /** @description As it was asked */
            direction: string;
            /** @description Why it was not placed, or failed */
            failureReason?: string;
            /** @description Caller id */
            from?: string;
            /** @description call_… */
            id: string;
            /** @description As it was given */
            metadata: unknown;
            /** @description The carrier's id */
            providerCallId?: string;
            /** @description Why nobody knows whether it was placed */
            reason?: string;
            /** @description When it is worth trying again */
            retryAfterSec?: number;
            /** @description RFC 3339 */
            startedAt: string;
            /** @description created, queued, failed or unknown; further on, or over, when the carrier told that first */
            status: string;
            /** @description Made with a test key */
            test: boolean;
            /** @description Who is called */
            to?: string;
        };
        /** callNew */
        callNew: {
            /** @description Who talks */
            agentId: string;
            /**
             * @description Is a machine listened for; as the agent's voicemail asks when absent
             * @enum {string}
             */
            amd?: "off" | "detect" | "message_end";
            /** @description The campaign it counts for */
            campaignId?: string;
            /** @description jambonz or twilio; that of the number when absent */
            carrier?: string;
            /**
             * @description outbound when absent; others are not dialled
             * @enum {string}
             */
            direction?: "outbound" | "inbound" | "web";
            /** @description Caller id, a number of the tenant; the agent's when absent */
            from?: string;
            /** @description Who is called */
            leadId?: string;
            /** @description An object, kept and returned */
            metadata?: unknown;
            /** @description The agent's setting decides when absent */
            recording?: boolean;
            /** @description How long it rings; RING_TIMEOUT_S when absent */
            ringTimeoutSec?: number;
            /** @description E.164 number or SIP address; required unless direction is web */
            to?: string;
            /** @description Kept for older clients: every call has its transcript */
            transcription?: boolean;
        };
        /** callReplay */
        callReplay: {
            /** @description The agent as it was, with all defaults */
            agent: unknown;
            /** @description The call */
            callId: string;
            /** @description Of its journal */
            events: number;
            /** @description As it was */
            original: components["schemas"]["replayTurn"][];
            /** @description How it ended */
            originalEnd: components["schemas"]["replayEnd"];
            /** @description As it would have been */
            replayed: components["schemas"]["replayTurn"][];
            /** @description How it would have */
            replayedEnd: components["schemas"]["replayEnd"];
            /** @description The journal's end is missing: its process died */
            torn: boolean;
            /** @description There are more turns than are shown */
            truncated: boolean;
        };
        /** callReplayBody */
        callReplayBodyInput: {
            /** @description Members of an agent, merged over the agent as it was */
            settings: components["schemas"]["agentConfigInput"];
        };
        /** callRow */
        callRow: {
            /** @description Who talks */
            agentId?: string;
            /** @description RFC 3339 */
            answeredAt?: string;
            /** @description The campaign it counts for */
            campaignId?: string;
            /** @description jambonz, twilio or none */
            carrier?: string;
            /** @description In all */
            costInr?: number;
            /** @description In all */
            costUsd?: number;
            /** @description inbound, outbound or web */
            direction: string;
            /** @description From the answer to the end */
            durationSec?: number;
            /** @description RFC 3339 */
            endedAt?: string;
            /** @description Why it ended */
            endReason?: string;
            /** @description Caller id */
            from?: string;
            /** @description call_… */
            id: string;
            /** @description An object, as it was given */
            metadata: unknown;
            /** @description How it ended */
            outcome?: string;
            /** @description Who speaks: invorto or elevenlabs */
            provider: string;
            /** @description RFC 3339 */
            startedAt: string;
            /** @description How it stands */
            status: string;
            /** @description What it was about */
            summary?: string;
            /** @description Made with a test key */
            test: boolean;
            /** @description Who is called */
            to?: string;
        };
        /** callStatus */
        callStatus: {
            /** @description An object, put over what is there */
            metadata?: unknown;
            /**
             * @description How the call stands
             * @enum {string}
             */
            status: "created" | "queued" | "initiated" | "dialing" | "ringing" | "answered" | "in-progress" | "active" | "unknown" | "completed" | "failed" | "no-answer" | "busy" | "canceled";
        };
        /** campaign */
        campaign: {
            /** @description Who calls; the empty text takes it away */
            agentId?: string;
            /** @description At least so long between two calls */
            callIntervalMs?: number;
            /** @description Calls begun a second; 1 when absent */
            callsPerSecond?: number;
            /** @description RFC 3339 */
            readonly completedAt?: string;
            /** @description Calls that ended */
            readonly completedCalls?: number;
            /** @description Only who agreed to be called; true when absent */
            consentRequired?: boolean;
            /** @description RFC 3339 */
            readonly createdAt?: string;
            /** @description What it is for */
            description?: string;
            /** @description cmp_… */
            readonly id?: string;
            /**
             * @description Which rules apply to its calls; marketing when absent
             * @enum {string}
             */
            kind?: "marketing" | "informational" | "collection";
            /** @description Calls to one lead; 3 when absent */
            maxAttempts?: number;
            /** @description Calls of a day of its zone; 100 when absent */
            maxCallsPerDay?: number;
            /** @description Calls at once; 1 when absent */
            maxConcurrentCalls?: number;
            /** @description Its name */
            name: string;
            /** @description The number to call from; any active one when absent */
            phoneNumberId?: string;
            /** @description Seconds before the next call, by attempt: [3600, 14400, 86400] */
            retryDelays?: unknown;
            /** @description When, within the law: {retryWindows: [{start, end, timezone}], days: [1-7]} */
            schedule?: unknown;
            /** @description RFC 3339: when a scheduled one starts */
            scheduledAt?: string;
            /** @description Whom: {status, score_min, score_max, tags, ids}, or the name of a saved segment; null: only leads put into it */
            segment?: unknown;
            /** @description RFC 3339 */
            readonly startedAt?: string;
            /** @description draft, scheduled, running, paused, completed, failed or cancelled */
            readonly status?: string;
            /** @description Why it is that */
            readonly statusReason?: string;
            /** @description Of them with somebody */
            readonly successfulCalls?: number;
            /** @description Of its day, a name such as Asia/Kolkata */
            timezone?: string;
            /** @description Leads taken in */
            readonly totalContacts?: number;
            /** @description RFC 3339 */
            readonly updatedAt?: string;
        };
        /** campaign */
        campaignInput: {
            /** @description Who calls; the empty text takes it away */
            agentId?: string;
            /** @description At least so long between two calls */
            callIntervalMs?: number;
            /** @description Calls begun a second; 1 when absent */
            callsPerSecond?: number;
            /** @description Only who agreed to be called; true when absent */
            consentRequired?: boolean;
            /** @description What it is for */
            description?: string;
            /**
             * @description Which rules apply to its calls; marketing when absent
             * @enum {string}
             */
            kind?: "marketing" | "informational" | "collection";
            /** @description Calls to one lead; 3 when absent */
            maxAttempts?: number;
            /** @description Calls of a day of its zone; 100 when absent */
            maxCallsPerDay?: number;
            /** @description Calls at once; 1 when absent */
            maxConcurrentCalls?: number;
            /** @description Its name */
            name: string;
            /** @description The number to call from; any active one when absent */
            phoneNumberId?: string;
            /** @description Seconds before the next call, by attempt: [3600, 14400, 86400] */
            retryDelays?: unknown;
            /** @description When, within the law: {retryWindows: [{start, end, timezone}], days: [1-7]} */
            schedule?: unknown;
            /** @description RFC 3339: when a scheduled one starts */
            scheduledAt?: string;
            /** @description Whom: {status, score_min, score_max, tags, ids}, or the name of a saved segment; null: only leads put into it */
            segment?: unknown;
            /** @description Of its day, a name such as Asia/Kolkata */
            timezone?: string;
        };
        /** CampaignLimit */
        CampaignLimit: {
            /** @description Campaign */
            campaignId: string;
            /** @description Calls at this moment */
            count: number;
            /** @description How many there may be; 0: no cap */
            limit: number;
        };
        /** campaignOrder */
        campaignOrder: {
            /** @description Why; told with the campaign */
            reason?: string;
        };
        /** campaign */
        campaignPatch: {
            /** @description Who calls; the empty text takes it away */
            agentId?: string;
            /** @description At least so long between two calls */
            callIntervalMs?: number;
            /** @description Calls begun a second; 1 when absent */
            callsPerSecond?: number;
            /** @description Only who agreed to be called; true when absent */
            consentRequired?: boolean;
            /** @description What it is for */
            description?: string;
            /**
             * @description Which rules apply to its calls; marketing when absent
             * @enum {string}
             */
            kind?: "marketing" | "informational" | "collection";
            /** @description Calls to one lead; 3 when absent */
            maxAttempts?: number;
            /** @description Calls of a day of its zone; 100 when absent */
            maxCallsPerDay?: number;
            /** @description Calls at once; 1 when absent */
            maxConcurrentCalls?: number;
            /** @description Its name */
            name?: string;
            /** @description The number to call from; any active one when absent */
            phoneNumberId?: string;
            /** @description Seconds before the next call, by attempt: [3600, 14400, 86400] */
            retryDelays?: unknown;
            /** @description When, within the law: {retryWindows: [{start, end, timezone}], days: [1-7]} */
            schedule?: unknown;
            /** @description RFC 3339: when a scheduled one starts */
            scheduledAt?: string;
            /** @description Whom: {status, score_min, score_max, tags, ids}, or the name of a saved segment; null: only leads put into it */
            segment?: unknown;
            /** @description Of its day, a name such as Asia/Kolkata */
            timezone?: string;
        };
        /** CarrierLimit */
        CarrierLimit: {
            /** @description jambonz, twilio, elevenlabs, browser */
            carrier: string;
            /** @description Calls at this moment */
            count: number;
            /** @description How many there may be; 0: no cap */
            limit: number;
        };
        /** Consent */
        Consent: {
            /** @description said before hanging up on a no */
            declined?: string;
            /**
             * @description off, announce the prompt, or ask and wait for a yes
             * @enum {string}
             */
            mode?: "off" | "announce" | "ask";
            /** @description what is announced or asked */
            prompt?: string;
        };
        /** ConsentAdd */
        ConsentAdd: {
            /** @description In this call */
            callId?: string;
            /** @description An object: what shows it */
            evidence?: unknown;
            /** @description False: he takes it back */
            granted: boolean;
            /**
             * @description To what: marketing is more than call
             * @enum {string}
             */
            kind: "call" | "marketing" | "recording" | "ai_disclosure";
            /** @description By this lead */
            leadId?: string;
            /** @description When; now when absent */
            occurredAt?: string;
            /** @description One number, E.164: +919876543210 */
            phone?: string;
            /** @description Instead: up to 1000 of them */
            phones?: string[];
            /**
             * @description How he said it; api when absent
             * @enum {string}
             */
            source?: "api" | "import" | "web" | "sms" | "manual" | "call";
        };
        /** ConsentList */
        ConsentList: {
            /** @description Newest first */
            data: components["schemas"]["CallingConsent"][];
            /** @description There are older ones */
            hasMore: boolean;
            /** @description For the page behind this one */
            nextCursor?: string;
        };
        /** Consent */
        ConsentPatch: {
            /** @description said before hanging up on a no */
            declined?: string;
            /**
             * @description off, announce the prompt, or ask and wait for a yes
             * @enum {string}
             */
            mode?: "off" | "announce" | "ask";
            /** @description what is announced or asked */
            prompt?: string;
        };
        /** ConsentsAdded */
        ConsentsAdded: {
            /** @description By number */
            data: components["schemas"]["CallingConsent"][];
        };
        /** Decision */
        Decision: {
            /** @description What is done, or recommended */
            action: string;
            /** @description id, type, status and error of each */
            actions: unknown;
            /** @description What it is about */
            campaignId: string;
            /** @description When it was made */
            createdAt: string;
            /** @description When */
            decidedAt?: string;
            /** @description Who accepted or rejected it */
            decidedBy?: string;
            /** @description pause_campaign, adjust_retry_window, switch_agent, scale_up or continue */
            decision: string;
            /** @description The end of the call that led to it */
            eventId: string;
            /** @description kdc_… */
            id: string;
            /** @description Every rule with the numbers it saw, and why it matched or did not; counts; mode */
            metadata: unknown;
            /** @description Why, in words */
            reason: string;
            /** @description proposed (waits for a person), approved (for a person to do), executed, failed or rejected */
            status: string;
        };
        /** DecisionPage */
        DecisionPage: {
            /** @description Newest first */
            data: components["schemas"]["Decision"][];
            /** @description Where the next page begins; absent at the end */
            nextCursor?: string;
        };
        /** DncAdd */
        DncAdd: {
            /** @description Until then; absent: for good */
            expiresAt?: string;
            /** @description One number, E.164: +919876543210 */
            phone?: string;
            /** @description Instead: up to 1000 of them */
            phones?: string[];
            /** @description Why */
            reason?: string;
        };
        /** DncAdded */
        DncAdded: {
            /** @description How many were not there */
            added: number;
            /** @description By number */
            data: components["schemas"]["DncEntryMade"][];
        };
        /** DncCheck */
        DncCheck: {
            /** @description He may be called, at the hours of /v1/calling-rules */
            allowed: boolean;
            /** @description dnc, consent_withdrawn, registry, registry_stale or no_consent */
            barred?: string;
            /** @description granted or withdrawn; absent: nothing was said */
            consent?: string;
            /** @description When */
            consentAt?: string;
            /** @description Of the tenant's list, also one that is over */
            entryId?: string;
            /** @description The number */
            phone: string;
            /** @description Of that entry */
            reason?: string;
            /** @description Where the number may be */
            region?: string;
            /** @description The date of the national list that is here */
            registryAsOf?: string;
            /** @description Of that entry */
            since?: string;
            /** @description Of that entry */
            source?: string;
            /** @description Of that entry */
            until?: string;
            /** @description The same in words */
            why: string;
        };
        /** DncEntry */
        DncEntry: {
            /** @description The call it was said in */
            callId?: string;
            /** @description Since when */
            createdAt: string;
            /** @description The key or person that put it there */
            createdBy?: string;
            /** @description Until then; absent: for good */
            expiresAt?: string;
            /** @description dnc_… */
            id: string;
            /** @description E.164 */
            phone: string;
            /** @description Why */
            reason?: string;
            /** @description opt_out, manual, import or registry */
            source: string;
        };
        /** DncEntryMade */
        DncEntryMade: {
            /** @description False: it was there */
            added: boolean;
            /** @description The call it was said in */
            callId?: string;
            /** @description Since when */
            createdAt: string;
            /** @description The key or person that put it there */
            createdBy?: string;
            /** @description Until then; absent: for good */
            expiresAt?: string;
            /** @description dnc_… */
            id: string;
            /** @description E.164 */
            phone: string;
            /** @description Why */
            reason?: string;
            /** @description opt_out, manual, import or registry */
            source: string;
        };
        /** DncImported */
        DncImported: {
            /** @description How many of them were not there */
            added: number;
            /** @description The date of the registry */
            asOf?: string;
            /** @description [{line, reason}], the first 1000 */
            errors: unknown;
            /** @description How many different numbers the file has */
            numbers: number;
            /** @description Lines that hold none */
            rejected: number;
        };
        /** DncList */
        DncList: {
            /** @description Newest first */
            data: components["schemas"]["DncEntry"][];
            /** @description There are older ones */
            hasMore: boolean;
            /** @description For the page behind this one */
            nextCursor?: string;
        };
        /** dtmf */
        dtmf: {
            /** @description 0-9 * # A-D; w waits half a second */
            digits: string;
        };
        /** Endpointing */
        Endpointing: {
            /** @description a transcript less certain than this waits as if unfinished */
            confidenceThreshold?: number;
            /** @description silence in ms after a number */
            digitsMs?: number;
            /** @description silence in ms after which the recogniser is told to finish */
            finalizeMs?: number;
            /** @description silence in ms that ends any turn */
            maxMs?: number;
            /** @description a turn of fewer words waits twice as long */
            minWords?: number;
            /**
             * @description who decides that a turn is over: invorto's rules, or off: the recogniser alone
             * @enum {string}
             */
            provider?: "invorto" | "off";
            /** @description silence in ms that ends a turn whose text looks finished */
            silenceMs?: number;
            /** @description silence in ms after a comma, a conjunction, a filler word */
            unfinishedMs?: number;
            /** @description ms of silence as a function of x, how unfinished (0 to 1) the text looks: 200 + 8000*x */
            waitFunction?: string;
        };
        /** Endpointing */
        EndpointingPatch: {
            /** @description a transcript less certain than this waits as if unfinished */
            confidenceThreshold?: number;
            /** @description silence in ms after a number */
            digitsMs?: number;
            /** @description silence in ms after which the recogniser is told to finish */
            finalizeMs?: number;
            /** @description silence in ms that ends any turn */
            maxMs?: number;
            /** @description a turn of fewer words waits twice as long */
            minWords?: number;
            /**
             * @description who decides that a turn is over: invorto's rules, or off: the recogniser alone
             * @enum {string}
             */
            provider?: "invorto" | "off";
            /** @description silence in ms that ends a turn whose text looks finished */
            silenceMs?: number;
            /** @description silence in ms after a comma, a conjunction, a filler word */
            unfinishedMs?: number;
            /** @description ms of silence as a function of x, how unfinished (0 to 1) the text looks: 200 + 8000*x */
            waitFunction?: string;
        };
        /** Erasure */
        Erasure: {
            /** @description When it was asked for */
            createdAt: string;
            /** @description It is to be done by then */
            dueAt: string;
            /** @description When it was done */
            finishedAt?: string;
            /** @description era_… */
            id: string;
            /** @description call, phone, lead or tenant; retention: the tenant's own time is over */
            kind: string;
            /** @description How many of what: calls, files, timelineEntries, documents, events, leads; what waits: filesWaiting, callsLive */
            report?: unknown;
            /** @description The key or person that asked for it */
            requestedBy?: string;
            /** @description queued, running, done or failed */
            state: string;
            /** @description Of that kind; of a number, once it is done, the last two digits; of retention, days */
            subject: string;
        };
        /** ErasureList */
        ErasureList: {
            /** @description Newest first */
            data: components["schemas"]["Erasure"][];
            /** @description There are older ones */
            hasMore: boolean;
            /** @description For the page behind this one */
            nextCursor?: string;
        };
        /** ErasureOrder */
        ErasureOrder: {
            /** @description Or what is kept of this call */
            callId?: string;
            /** @description Or this lead, and all calls to it */
            leadId?: string;
            /** @description Whoever has this number, E.164: all calls with it, and leads */
            phone?: string;
        };
        /** EventAgentSummary */
        EventAgentSummary: {
            /** @description The agent as it was, without secrets */
            agentConfigAtCallStart?: unknown;
            /** @description What the agent's model made of it */
            analysis?: components["schemas"]["SummaryAnalysis"];
            /** @description The conversation itself */
            artifact?: components["schemas"]["SummaryArtifact"];
            /** @description Links to what was kept */
            artifacts: components["schemas"]["SummaryArtifacts"];
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description Who carried it */
            carrier?: components["schemas"]["SummaryCarrier"];
            /** @description Where the call was handed over to */
            destination?: components["schemas"]["SummaryDestination"];
            /** @description From answer to end */
            durationSec: number;
            /** @description How the caller sounded */
            emotion?: components["schemas"]["SummaryEmotion"];
            /** @description ISO time */
            endedAt: string;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description How fast it was */
            kpis?: components["schemas"]["SummaryKpis"];
            /** @description How it sounded */
            media?: components["schemas"]["SummaryMedia"];
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description ISO time */
            startedAt: string;
            /** @description What came of it */
            summary: components["schemas"]["SummaryText"];
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description What the agent asked for */
            toolCalls?: components["schemas"]["SummaryToolCall"][];
            /** @description Name of the event */
            type: string;
            /** @description What it used */
            usage: components["schemas"]["SummaryUsage"];
        };
        /** EventAsrFinal */
        EventAsrFinal: {
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description 0: not told */
            confidence?: number;
            /** @description Its end */
            endSec?: number;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description BCP 47 */
            language?: string;
            /** @description Who recognised it */
            provider?: string;
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description Its beginning, in the call's own time */
            startSec?: number;
            /** @description Whose it is */
            tenantId: string;
            /** @description What the caller said, redacted */
            text: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description Of which turn it is a part */
            turn?: number;
            /** @description Name of the event */
            type: string;
        };
        /** EventBillingUsageUpdated */
        EventBillingUsageUpdated: {
            /** @description 80 % of a cap is used */
            atRisk: boolean;
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description Line by line: type, provider, unit, units, cost_inr, cost_usd */
            costs?: unknown;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description call, a day or a month */
            period: string;
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description What was used in it */
            totals: components["schemas"]["EventUsageTotals"];
            /** @description Name of the event */
            type: string;
        };
        /** EventCallEnded */
        EventCallEnded: {
            /** @description Who answered */
            agentId?: string;
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description All of it */
            costInr?: number;
            /** @description inbound, outbound or web */
            direction?: string;
            /** @description From answer to end */
            durationSec: number;
            /** @description ISO time */
            endedAt: string;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description How it sounded */
            media?: components["schemas"]["EventMedia"];
            /** @description connected, qualified, voicemail and others */
            outcome?: string;
            /** @description Cause of the release; 0: not told */
            q850?: number;
            /** @description hangup, transfer, error and others, as in the call's record */
            reason?: string;
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description The last SIP status */
            sipFinal?: string;
            /** @description ISO time */
            startedAt?: string;
            /** @description completed, failed, no-answer, busy or canceled */
            status: string;
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description Name of the event */
            type: string;
        };
        /** EventCallProgress */
        EventCallProgress: {
            /** @description Who talks */
            agentId?: string;
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description Who carries it */
            carrier?: components["schemas"]["EventCarrier"];
            /** @description inbound or outbound */
            direction?: string;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description The calling number */
            from?: string;
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description The called number */
            to?: string;
            /** @description Name of the event */
            type: string;
        };
        /** EventCallStarted */
        EventCallStarted: {
            /** @description Who answers */
            agentId?: string;
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description Who carries it */
            carrier?: components["schemas"]["EventCarrier"];
            /** @description inbound, outbound or web */
            direction?: string;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description The calling number, redacted */
            from?: string;
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description ISO time */
            startedAt: string;
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description The called number, redacted */
            to?: string;
            /** @description Name of the event */
            type: string;
        };
        /** EventCarrier */
        EventCarrier: {
            /** @description The carrier's own id of the call */
            sipCallId?: string;
            /** @description Who carries it */
            trunk?: string;
        };
        /** EventMedia */
        EventMedia: {
            /** @description 0: not measured */
            avgMos?: number;
        };
        /** EventQaFlag */
        EventQaFlag: {
            /** @description frustration_spike, toxicity, overlap_risk and others */
            kind: string;
            /** @description low, medium or high */
            level: string;
            /** @description When, ISO */
            ts?: string;
        };
        /** EventQaFlags */
        EventQaFlags: {
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description What was found */
            flags: components["schemas"]["EventQaFlag"][];
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description Name of the event */
            type: string;
        };
        /** EventSystemAlert */
        EventSystemAlert: {
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description As it is set */
            cap: number;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description daily_cost_inr, monthly_minutes */
            kind: string;
            /** @description 80 or 100, of the cap */
            percent: number;
            /** @description The day or the month */
            period: string;
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description Name of the event */
            type: string;
            /** @description So far */
            used: number;
        };
        /** EventToolCall */
        EventToolCall: {
            /** @description What it was asked with, redacted */
            args?: unknown;
            /** @description The agent's answer waited for it */
            blocking?: boolean;
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description 0: it was not asked over HTTP */
            httpStatus?: number;
            /** @description How long it took */
            latencyMs?: number;
            /** @description The tool */
            name: string;
            /** @description It answered */
            ok: boolean;
            /** @description succeeded, failed, cancelled or refused */
            outcome?: string;
            /** @description Why it was refused */
            reason?: string;
            /** @description The beginning of its answer, redacted */
            resultSummary?: string;
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description As the model named it */
            toolCallId?: string;
            /** @description Of which turn it is a part */
            turn?: number;
            /** @description Name of the event */
            type: string;
        };
        /** EventUsageTotals */
        EventUsageTotals: {
            /** @description Minutes heard */
            asrMin: number;
            /** @description All of it */
            costInr: number;
            /** @description The same */
            costUsd?: number;
            /** @description Tokens read */
            llmIn: number;
            /** @description Tokens written */
            llmOut: number;
            /** @description Tools asked */
            toolCalls?: number;
            /** @description Characters said */
            ttsChars: number;
        };
        /** EventWebhookEndpointDisabled */
        EventWebhookEndpointDisabled: {
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description ISO time */
            disabledAt: string;
            /** @description The endpoint */
            endpointId: string;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description The first failure behind its last success */
            failingSince?: string;
            /** @description gone: it answered 410; failing: nothing else for 120 hours */
            reason: string;
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description Name of the event */
            type: string;
            /** @description Its address */
            url?: string;
        };
        /** EventWebhookTest */
        EventWebhookTest: {
            /** @description The call; left out when it is about none */
            callId?: string;
            /** @description The endpoint under test */
            endpointId: string;
            /** @description The same on every try: tell duplicates by it */
            eventId: string;
            /** @description A greeting */
            message?: string;
            /** @description Version of this shape */
            schemaVersion: string;
            /** @description Order within the call; 0: not told */
            seq?: number;
            /** @description Whose it is */
            tenantId: string;
            /** @description When it happened, ISO */
            timestamp?: string;
            /** @description Name of the event */
            type: string;
        };
        /** hangup */
        hangup: {
            /** @description Kept as the end's reason */
            reason?: string;
        };
        /** Health */
        Health: {
            /** @description connected, unreachable or not_configured */
            database: string;
            /** @description Of this process, new at each start */
            instanceId: string;
            /** @description All that is configured answers */
            ok: boolean;
            /** @description connected, unreachable or not_configured */
            redis: string;
            /** @description Now */
            timestamp: string;
            /** @description Of the program */
            version: string;
        };
        /** hold */
        hold: {
            /** @description Neither side is heard */
            held: boolean;
        };
        /** Idle */
        Idle: {
            /** @description said before hanging up for silence */
            goodbye?: string;
            /** @description silence in ms that ends the call; 0 never */
            hangupMs?: number;
            /** @description silence in ms after which the agent asks whether somebody is there; 0 never */
            promptMs?: number;
            /** @description what it asks, once each */
            prompts?: string[];
        };
        /** Idle */
        IdlePatch: {
            /** @description said before hanging up for silence */
            goodbye?: string;
            /** @description silence in ms that ends the call; 0 never */
            hangupMs?: number;
            /** @description silence in ms after which the agent asks whether somebody is there; 0 never */
            promptMs?: number;
            /** @description what it asks, once each */
            prompts?: string[];
        };
        /** Keypad */
        Keypad: {
            /** @description the key that ends an entry */
            finish?: string;
            /** @description digits further apart than this are separate entries */
            gapMs?: number;
            /** @description digits of one entry */
            maxDigits?: number;
        };
        /** Keypad */
        KeypadPatch: {
            /** @description the key that ends an entry */
            finish?: string;
            /** @description digits further apart than this are separate entries */
            gapMs?: number;
            /** @description digits of one entry */
            maxDigits?: number;
        };
        /** latencies */
        latencies: {
            /** @description Until the first words were recognised */
            asrFirstPartial: components["schemas"]["latency"];
            /** @description Until the turn was over */
            endOfUtterance: components["schemas"]["latency"];
            /** @description Until the model began */
            llmFirstToken: components["schemas"]["latency"];
            /** @description Until the synthesiser began */
            ttsFirstChunk: components["schemas"]["latency"];
            /** @description Until the agent was heard */
            turn: components["schemas"]["latency"];
        };
        /** latency */
        latency: {
            /** @description ms */
            p50: number | null;
            /** @description ms */
            p95: number | null;
        };
        /** lead */
        lead: {
            /** @description Calls to it in this campaign */
            readonly attempts?: number;
            /** @description The campaign it is in; set when it is made */
            campaignId?: string;
            /** @description Company */
            company?: string;
            /** @description Of a phone without a country code: IN */
            country?: string;
            /** @description RFC 3339 */
            readonly createdAt?: string;
            /** @description E-mail */
            email?: string;
            /** @description First name */
            firstName?: string;
            /** @description lead_… */
            readonly id?: string;
            /** @description The last call to it */
            readonly lastCallId?: string;
            /** @description Last name */
            lastName?: string;
            /** @description What came of it */
            readonly lastOutcome?: string;
            /** @description Both names */
            readonly name?: string;
            /** @description Not called before, RFC 3339 */
            readonly nextAt?: string;
            /** @description E.164, or as it is dialled in its country; not there once the person was forgotten */
            phone?: string;
            /** @description By its number: whose hours apply */
            readonly region?: string;
            /** @description Yours: segments ask for it */
            score?: number;
            /** @description idle, queued, dialing, in-call, unknown, done, failed or blocked */
            readonly state?: string;
            /** @description Why */
            readonly stateReason?: string;
            /** @description Yours: segments ask for it; new when absent */
            status?: string;
            /** @description Yours: segments ask for them */
            tags?: string[];
            /** @description Where the person is, if known: Asia/Kolkata */
            timezone?: string;
            /** @description RFC 3339 */
            readonly updatedAt?: string;
            /** @description What {{variables}} of the agent stand for: an object */
            variables?: unknown;
        };
        /** leadBatch */
        leadBatch: {
            /** @description The campaign they are for */
            campaignId?: string;
            /** @description Of phones without a country code */
            country?: string;
            /** @description At most 1000 */
            leads: components["schemas"]["leadOfBatch"][];
        };
        /** leadIds */
        leadIds: {
            /** @description Leads, by id */
            ids: string[];
        };
        /** leadNew */
        leadNew: {
            /** @description The campaign it is in; set when it is made */
            campaignId?: string;
            /** @description Company */
            company?: string;
            /** @description Of a phone without a country code: IN */
            country?: string;
            /** @description E-mail */
            email?: string;
            /** @description First name */
            firstName?: string;
            /** @description Last name */
            lastName?: string;
            /** @description E.164, or as it is dialled in its country */
            phone: string;
            /** @description Yours: segments ask for it */
            score?: number;
            /** @description Yours: segments ask for it; new when absent */
            status?: string;
            /** @description Yours: segments ask for them */
            tags?: string[];
            /** @description Where the person is, if known: Asia/Kolkata */
            timezone?: string;
            /** @description What {{variables}} of the agent stand for: an object */
            variables?: unknown;
        };
        /** leadOfBatch */
        leadOfBatch: {
            /** @description Company */
            company?: string;
            /** @description Of a phone without a country code: IN */
            country?: string;
            /** @description E-mail */
            email?: string;
            /** @description First name */
            firstName?: string;
            /** @description Last name */
            lastName?: string;
            /** @description E.164, or as it is dialled in its country */
            phone: string;
            /** @description Yours: segments ask for it */
            score?: number;
            /** @description Yours: segments ask for it; new when absent */
            status?: string;
            /** @description Yours: segments ask for them */
            tags?: string[];
            /** @description Where the person is, if known: Asia/Kolkata */
            timezone?: string;
            /** @description What {{variables}} of the agent stand for: an object */
            variables?: unknown;
        };
        /** lead */
        leadPatch: {
            /** @description The campaign it is in; set when it is made */
            campaignId?: string;
            /** @description Company */
            company?: string;
            /** @description Of a phone without a country code: IN */
            country?: string;
            /** @description E-mail */
            email?: string;
            /** @description First name */
            firstName?: string;
            /** @description Last name */
            lastName?: string;
            /** @description E.164, or as it is dialled in its country; not there once the person was forgotten */
            phone?: string;
            /** @description Yours: segments ask for it */
            score?: number;
            /** @description Yours: segments ask for it; new when absent */
            status?: string;
            /** @description Yours: segments ask for them */
            tags?: string[];
            /** @description Where the person is, if known: Asia/Kolkata */
            timezone?: string;
            /** @description What {{variables}} of the agent stand for: an object */
            variables?: unknown;
        };
        /** line_ask */
        line_ask: {
            /** @description Keys to wait for */
            maxDigits?: number;
            /** @description What is said; an address is played */
            prompt: string;
            /** @description Seconds to wait for a key */
            timeoutSec?: number;
        };
        /** line_conference */
        line_conference: {
            /**
             * @description create when absent: the caller goes into the room; leave: back to the agent
             * @enum {string}
             */
            action?: "create" | "join" | "leave" | "mute" | "unmute";
            /** @description The caller is not heard there */
            muted?: boolean;
            /** @description Other live calls that do the same */
            participants?: string[];
            /** @description conf_ and the call's id when absent */
            room?: string;
        };
        /** line_dtmf */
        line_dtmf: {
            /** @description 0-9 * # A-D; w waits half a second */
            digits: string;
            /**
             * @description The carrier decides
             * @enum {string}
             */
            method?: "rfc2833" | "info" | "inband";
        };
        /** line_end */
        line_end: {
            /** @description Kept as the end's reason */
            reason?: string;
        };
        /** line_hold */
        line_hold: {
            /**
             * @description hold or resume
             * @enum {string}
             */
            action: "hold" | "resume";
        };
        /** line_ivr */
        line_ivr: {
            /** @description Keys to wait for */
            maxDigits?: number;
            /** @description Kept for older clients */
            options?: unknown;
            /** @description What is said; an address is played */
            prompt: string;
            /** @description ms to wait for a key */
            timeout?: number;
        };
        /** line_multiparty */
        line_multiparty: {
            /**
             * @description list: who is there
             * @enum {string}
             */
            action: "add" | "remove" | "mute" | "unmute" | "list";
            /** @description The room; multi_ and the call's id when absent */
            conferenceId?: string;
            /** @description Live calls; the call itself when absent */
            participants?: string[];
        };
        /** line_pressed */
        line_pressed: {
            /** @description How sure that is */
            confidence?: number;
            /** @description What was pressed */
            digits?: string;
            /** @description What was said */
            speech?: string;
        };
        /** line_recording */
        line_recording: {
            /**
             * @description What the recording does
             * @enum {string}
             */
            action: "start" | "stop" | "pause" | "resume";
        };
        /** line_redirect */
        line_redirect: {
            /** @description Where the carrier goes on; the call leaves us */
            url: string;
        };
        /** line_transfer */
        line_transfer: {
            /**
             * @description blind when absent
             * @enum {string}
             */
            mode?: "blind" | "attended";
            /** @description Number, SIP address or name */
            to: string;
        };
        /** LogIn */
        LogInInput: {
            /** @description As it was given to us */
            email: string;
            /** @description His */
            password: string;
            /** @description Which tenant the token is for; else the first he joined */
            tenantId?: string;
        };
        /** Me */
        Me: {
            /** @description Good until then */
            expiresAt?: string;
            /** @description An API key */
            keyId?: string;
            /** @description False: a test key */
            live: boolean;
            /** @description The credential is good */
            ok: boolean;
            /** @description Requests a minute */
            ratePerMinute: number;
            /** @description analyst, dev, admin or platform */
            role: string;
            /** @description None: all that the role may */
            scopes: string[];
            /** @description Whose rows it sees */
            tenantId?: string;
            /** @description A person */
            userId?: string;
        };
        /** Member */
        Member: {
            /** @description Since when he belongs here */
            createdAt: string;
            /** @description May not sign in anywhere */
            disabled: boolean;
            /** @description Where to reach him */
            email: string;
            /** @description usr_…, or the identity provider's */
            id: string;
            /** @description What he is called */
            name?: string;
            /**
             * @description What he may
             * @enum {string}
             */
            role: "analyst" | "dev" | "admin";
        };
        /** MemberChange */
        MemberChange: {
            /**
             * @description What he may from now on
             * @enum {string}
             */
            role: "analyst" | "dev" | "admin";
        };
        /** MemberCreate */
        MemberCreateInput: {
            /** @description Where to reach him */
            email: string;
            /** @description The subject of his tokens, when an identity provider signs him in */
            id?: string;
            /** @description What he is called */
            name?: string;
            /** @description To sign in here; somebody known keeps his own */
            password?: string;
            /**
             * @description What he may
             * @enum {string}
             */
            role: "analyst" | "dev" | "admin";
        };
        /** MemberList */
        MemberList: {
            /** @description Newest first */
            data: components["schemas"]["Member"][];
            /** @description There are older ones */
            hasMore: boolean;
            /** @description For the page behind this one */
            nextCursor?: string;
        };
        /** Membership */
        Membership: {
            /** @description tnt_… */
            id: string;
            /** @description What it is called */
            name: string;
            /** @description What the person may there */
            role: string;
            /** @description Its short name */
            slug: string;
        };
        /** metrics */
        metrics: {
            /** @description Calls */
            calls: components["schemas"]["metricsCalls"];
            /** @description INR */
            costInr: number;
            /** @description USD */
            costUsd: number;
            /** @description In all */
            minutes: number;
            /** @description How far back */
            period: string;
            /** @description Whose */
            tenantId: string;
            /** @description From when to when */
            timeRange: components["schemas"]["timeRange"];
            /** @description Turns */
            turns: components["schemas"]["metricsTurns"];
        };
        /** metricsCalls */
        metricsCalls: {
            /** @description {status: calls} */
            byStatus: unknown;
            /** @description Now */
            live: number;
            /** @description Completed of those that ended */
            successRate: number | null;
            /** @description Calls */
            total: number;
        };
        /** metricsTurns */
        metricsTurns: {
            /** @description Turns that were looked at */
            count: number;
            /** @description How quick they were */
            latencyMs: components["schemas"]["latencies"];
            /** @description There were more */
            more: boolean;
        };
        /** mute */
        mute: {
            /** @description The caller is not heard */
            muted: boolean;
        };
        /** numberAgent */
        numberAgent: {
            /** @description Deployed before */
            agentId: string;
        };
        /** numberChange */
        numberChangePatch: {
            /** @description Shown to people */
            friendlyName?: string;
        };
        /** numberNew */
        numberNew: {
            /** @description A free number of the pool, by number or id */
            pool: string;
            /** @description outbound_sales when absent */
            purpose?: string;
        };
        /** OptedOut */
        OptedOut: {
            /** @description dnc_… */
            id: string;
            /** @description E.164 */
            phone: string;
        };
        /** OptimizerAction */
        OptimizerAction: {
            /** @description Of switch_agent: who calls instead; without one a person chooses */
            agentId?: string;
            /** @description Of scale_up: by how much calls at once and calls a day grow */
            factor?: number;
            /** @description Of adjust_retry_window: the campaign's from then on */
            retryWindows?: components["schemas"]["OptimizerWindow"][];
        };
        /** OptimizerAction */
        OptimizerActionPatch: {
            /** @description Of switch_agent: who calls instead; without one a person chooses */
            agentId?: string;
            /** @description Of scale_up: by how much calls at once and calls a day grow */
            factor?: number;
            /** @description Of adjust_retry_window: the campaign's from then on */
            retryWindows?: components["schemas"]["OptimizerWindow"][];
        };
        /** OptimizerCondition */
        OptimizerCondition: {
            /**
             * @description How it is compared
             * @enum {string}
             */
            comparison: ">" | ">=" | "<" | "<=";
            /**
             * @description What is looked at
             * @enum {string}
             */
            metric: "failure_rate" | "connect_rate" | "qualification_rate" | "efficiency" | "no_answer_rate" | "busy_rate" | "voicemail_rate" | "average_duration_s" | "average_cost_usd";
            /** @description With what; a rate is a part of one */
            threshold: number;
        };
        /** OptimizerRule */
        OptimizerRule: {
            /** @description What that needs to know */
            action?: components["schemas"]["OptimizerAction"];
            /** @description What must hold besides */
            also?: components["schemas"]["OptimizerCondition"][];
            /**
             * @description How it is compared
             * @enum {string}
             */
            comparison?: ">" | ">=" | "<" | "<=";
            /** @description Quiet for so long after it has spoken; an hour when absent */
            coolDownSeconds?: number;
            /** @description RFC 3339 */
            readonly createdAt?: string;
            /**
             * @description What follows
             * @enum {string}
             */
            decision?: "pause_campaign" | "adjust_retry_window" | "switch_agent" | "scale_up";
            /** @description false: it is passed over */
            enabled?: boolean;
            /** @description rule_… */
            readonly id?: string;
            /**
             * @description What is looked at
             * @enum {string}
             */
            metric?: "failure_rate" | "connect_rate" | "qualification_rate" | "efficiency" | "no_answer_rate" | "busy_rate" | "voicemail_rate" | "average_duration_s" | "average_cost_usd";
            /** @description With fewer nothing follows */
            minSample?: number;
            /**
             * @description shadow: it says what it would do, and keeps none behind it from acting
             * @enum {string}
             */
            mode?: "shadow" | "enforce";
            /** @description a-z, 0-9, _; one of everybody's names puts this in its place */
            name: string;
            /** @description Of everybody's: one of your own stands in its place */
            readonly overridden?: boolean;
            /** @description The first product's formulas: all calls ever, those under way too */
            parity?: boolean;
            /** @description The first that matches is followed; 100 when absent */
            position?: number;
            /** @description In words; {value} {threshold} {numerator} {denominator} {sample} {min_sample} {days} are filled in */
            reason?: string;
            /**
             * @description Fewer of what; total when absent
             * @enum {string}
             */
            sampleOf?: "total" | "completed" | "connected" | "qualified";
            /**
             * @description platform: everybody's; tenant: one of your own
             * @enum {string}
             */
            readonly scope?: "platform" | "tenant";
            /** @description With what; a rate is a part of one: 0.3 is 30 % */
            threshold?: number;
            /** @description RFC 3339 */
            readonly updatedAt?: string;
            /** @description Calls that ended within so long; 7 days when absent */
            windowSeconds?: number;
        };
        /** OptimizerRule */
        OptimizerRuleInput: {
            /** @description What that needs to know */
            action?: components["schemas"]["OptimizerAction"];
            /** @description What must hold besides */
            also?: components["schemas"]["OptimizerCondition"][];
            /**
             * @description How it is compared
             * @enum {string}
             */
            comparison?: ">" | ">=" | "<" | "<=";
            /** @description Quiet for so long after it has spoken; an hour when absent */
            coolDownSeconds?: number;
            /**
             * @description What follows
             * @enum {string}
             */
            decision?: "pause_campaign" | "adjust_retry_window" | "switch_agent" | "scale_up";
            /** @description false: it is passed over */
            enabled?: boolean;
            /**
             * @description What is looked at
             * @enum {string}
             */
            metric?: "failure_rate" | "connect_rate" | "qualification_rate" | "efficiency" | "no_answer_rate" | "busy_rate" | "voicemail_rate" | "average_duration_s" | "average_cost_usd";
            /** @description With fewer nothing follows */
            minSample?: number;
            /**
             * @description shadow: it says what it would do, and keeps none behind it from acting
             * @enum {string}
             */
            mode?: "shadow" | "enforce";
            /** @description a-z, 0-9, _; one of everybody's names puts this in its place */
            name: string;
            /** @description The first product's formulas: all calls ever, those under way too */
            parity?: boolean;
            /** @description The first that matches is followed; 100 when absent */
            position?: number;
            /** @description In words; {value} {threshold} {numerator} {denominator} {sample} {min_sample} {days} are filled in */
            reason?: string;
            /**
             * @description Fewer of what; total when absent
             * @enum {string}
             */
            sampleOf?: "total" | "completed" | "connected" | "qualified";
            /** @description With what; a rate is a part of one: 0.3 is 30 % */
            threshold?: number;
            /** @description Calls that ended within so long; 7 days when absent */
            windowSeconds?: number;
        };
        /** OptimizerRuleList */
        OptimizerRuleList: {
            /** @description Newest first */
            data: components["schemas"]["OptimizerRule"][];
            /** @description There are older ones */
            hasMore: boolean;
            /** @description For the page behind this one */
            nextCursor?: string;
        };
        /** OptimizerRule */
        OptimizerRulePatch: {
            /** @description What that needs to know */
            action?: components["schemas"]["OptimizerActionPatch"];
            /** @description What must hold besides */
            also?: components["schemas"]["OptimizerCondition"][];
            /**
             * @description How it is compared
             * @enum {string}
             */
            comparison?: ">" | ">=" | "<" | "<=";
            /** @description Quiet for so long after it has spoken; an hour when absent */
            coolDownSeconds?: number;
            /**
             * @description What follows
             * @enum {string}
             */
            decision?: "pause_campaign" | "adjust_retry_window" | "switch_agent" | "scale_up";
            /** @description false: it is passed over */
            enabled?: boolean;
            /**
             * @description What is looked at
             * @enum {string}
             */
            metric?: "failure_rate" | "connect_rate" | "qualification_rate" | "efficiency" | "no_answer_rate" | "busy_rate" | "voicemail_rate" | "average_duration_s" | "average_cost_usd";
            /** @description With fewer nothing follows */
            minSample?: number;
            /**
             * @description shadow: it says what it would do, and keeps none behind it from acting
             * @enum {string}
             */
            mode?: "shadow" | "enforce";
            /** @description a-z, 0-9, _; one of everybody's names puts this in its place */
            name?: string;
            /** @description The first product's formulas: all calls ever, those under way too */
            parity?: boolean;
            /** @description The first that matches is followed; 100 when absent */
            position?: number;
            /** @description In words; {value} {threshold} {numerator} {denominator} {sample} {min_sample} {days} are filled in */
            reason?: string;
            /**
             * @description Fewer of what; total when absent
             * @enum {string}
             */
            sampleOf?: "total" | "completed" | "connected" | "qualified";
            /** @description With what; a rate is a part of one: 0.3 is 30 % */
            threshold?: number;
            /** @description Calls that ended within so long; 7 days when absent */
            windowSeconds?: number;
        };
        /** OptimizerWindow */
        OptimizerWindow: {
            /** @description HH:MM */
            end: string;
            /** @description HH:MM */
            start: string;
            /** @description local (the callee's), or a name such as Asia/Kolkata */
            timezone?: string;
        };
        /** OptOut */
        OptOut: {
            /** @description The call he said it in: its outcome becomes opted-out */
            callId?: string;
            /** @description E.164 */
            phone: string;
            /** @description In what words */
            reason?: string;
            /**
             * @description How he said it; api when absent
             * @enum {string}
             */
            source?: "api" | "web" | "sms" | "manual" | "call";
        };
        /** order */
        order: {
            /** @description What was ordered */
            action: string;
            /** @description act_… */
            actionId: string;
            /** @description The call */
            callId: string;
            /** @description Always true */
            success: boolean;
        };
        /** pagination */
        pagination: {
            /** @description Rows of a page */
            limit: number;
            /** @description Counted from 1 */
            page: number;
            /** @description Pages in all */
            pages: number;
            /** @description Rows in all */
            total: number;
        };
        /** Person */
        Person: {
            /** @description The address he signs in with */
            email: string;
            /** @description usr_… */
            id: string;
            /** @description What he is called */
            name?: string;
            /** @description All tenants are his */
            platformAdmin: boolean;
        };
        /** poolBuy */
        poolBuy: {
            /** @description Shown to people */
            friendlyName?: string;
            /** @description As the search found it */
            phoneNumber: string;
        };
        /** poolNumber */
        poolNumber: {
            /** @description Of the number */
            countryCode?: string;
            /** @description Shown to people */
            friendlyName?: string;
            /** @description E.164, of the operator's Twilio account */
            phoneNumber: string;
            /** @description Asked of Twilio when absent */
            twilioSid?: string;
        };
        /**
         * Problem
         * @description Problem details (RFC 9457)
         */
        Problem: {
            /**
             * @description A stable name of what went wrong
             * @enum {string}
             */
            code: "bad_request" | "invalid_api_key" | "forbidden" | "not_found" | "conflict" | "call_ended" | "too_large" | "unsupported_media_type" | "unprocessable" | "quota_exceeded" | "rate_limited" | "internal_error" | "not_supported" | "provider_unavailable" | "service_unavailable" | "timeout";
            /** @description What was expected and what was found */
            detail?: string;
            /** @description Every wrong field */
            errors?: {
                /** @description The rule, and what was found */
                detail: string;
                /** @description Name of the query parameter */
                parameter?: string;
                /** @description JSON pointer into the body; empty: the whole of it */
                pointer?: string;
            }[];
            /** @description Before the driver saw the request: the field at fault */
            field?: string;
            /** @description The path that was asked */
            instance?: string;
            /** @description Names this request in our log */
            requestId?: string;
            status: number;
            /** @description The status in words */
            title: string;
            /** @description Where the code is explained */
            type: string;
        };
        /** recording */
        recording: {
            /**
             * @description pause and stop: both sides are silence from now on; resume and start: heard again
             * @enum {string}
             */
            action: "start" | "stop" | "pause" | "resume";
        };
        /** Redaction */
        Redaction: {
            /** @description E-mail addresses, telephone, card and identity numbers are masked before what was said is kept; the installation's when nothing was said */
            enabled?: boolean;
        };
        /** Redaction */
        RedactionPatch: {
            /** @description E-mail addresses, telephone, card and identity numbers are masked before what was said is kept; the installation's when nothing was said */
            enabled?: boolean;
        };
        /** registeredTool */
        registeredTool: {
            /** @description wait for the result before answering */
            blocking?: boolean;
            /** @description Of this version, RFC 3339 */
            readonly createdAt?: string;
            /** @description what the model is told */
            description?: string;
            /** @description said when it takes long */
            filler?: string;
            /** @description sent along, at most 16; whoever reads the agent or the call's record sees them: {"$secret": NAME} instead of a credential */
            headers?: unknown;
            /** @description tool_…, of this version */
            readonly id?: string;
            /**
             * @description HTTP method
             * @enum {string}
             */
            method?: "GET" | "POST" | "PUT" | "DELETE";
            /** @description letters, digits and _ */
            name: string;
            /** @description JSON Schema of its answer; one that does not fit fails */
            outputSchema?: unknown;
            /** @description JSON Schema of the arguments */
            parameters?: unknown;
            /** @description Whose it is; nothing depends on it */
            provider?: string;
            /** @description time it has in ms; 0: the configured default */
            timeoutMs?: number;
            /**
             * @description What it is about; nothing depends on it
             * @enum {string}
             */
            type?: "document" | "calendar" | "custom";
            /** @description called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it */
            url?: string;
            /** @description Counts up with every registration of the name */
            readonly version?: number;
        };
        /** Renewal */
        Renewal: {
            /** @description Of the sign-in */
            refreshToken: string;
        };
        /** replayEnd */
        replayEnd: {
            /** @description The last that happened */
            atMs?: number;
            /** @description None: it did not come to its end */
            reason?: string;
        };
        /** replayTurn */
        replayTurn: {
            /** @description What of the answer was heard */
            agent: string;
            /** @description What the caller had said */
            caller?: string;
            /** @description He had heard the last of it */
            endedMs?: number;
            /** @description The turn was judged over */
            eouMs?: number;
            /** @description The caller heard it begin */
            heardFirstMs?: number;
            /** @description The answer was sent */
            legFirstMs?: number;
            /** @description The model began */
            llmFirstMs?: number;
            /** @description completed, interrupted, failed or tool */
            outcome: string;
            /** @description It had a sentence */
            sentenceFirstMs?: number;
            /** @description Since the call's start, like all of them */
            speechStartMs?: number;
            /** @description His words were final */
            sttFinalMs?: number;
            /** @description The synthesiser began */
            ttsFirstMs?: number;
            /** @description Counts up within the call */
            turn: number;
            /** @description The caller's last sound */
            vadEndMs?: number;
        };
        /** Retention */
        Retention: {
            /** @description 0: the installation's */
            callDays?: number;
            /** @description 0: the installation's */
            recordingDays?: number;
            /** @description 0: the installation's */
            transcriptDays?: number;
        };
        /** Retention */
        RetentionPatch: {
            /** @description 0: the installation's */
            callDays?: number;
            /** @description 0: the installation's */
            recordingDays?: number;
            /** @description 0: the installation's */
            transcriptDays?: number;
        };
        /** say */
        say: {
            /** @description Cut what is being said */
            interrupt?: boolean;
            /** @description What the agent says */
            text: string;
        };
        /** secret */
        secret: {
            /** @description RFC 3339 */
            readonly createdAt?: string;
            /** @description Who put it last */
            readonly createdBy?: string;
            /** @description That key still seals; false: put the secret again before the key goes */
            readonly current?: boolean;
            /** @description Where it may be sent; none: wherever tools go */
            hosts?: string[];
            /** @description Of the platform's key it is sealed with */
            readonly keyId?: string;
            /** @description How tools call it */
            name?: string;
            /** @description RFC 3339 */
            readonly updatedAt?: string;
        };
        /** secretBody */
        secretBodyInput: {
            /** @description Where it may be sent: api.example.com, *.example.com; all when absent */
            hosts?: string[];
            /** @description Letters, digits, _ . and -; tools say {"$secret": NAME} */
            name: string;
            /** @description What is sent; printable ASCII, never shown again */
            value: string;
        };
        /** secretList */
        secretList: {
            /** @description By name */
            data?: components["schemas"]["secret"][];
        };
        /** segment */
        segment: {
            /** @description RFC 3339 */
            readonly createdAt?: string;
            /** @description As a campaign's segment names it */
            readonly name?: string;
            /** @description {status, score_min, score_max, tags (all of them), ids}: at least one of them */
            segment: unknown;
            /** @description RFC 3339 */
            readonly updatedAt?: string;
        };
        /** segment */
        segmentInput: {
            /** @description {status, score_min, score_max, tags (all of them), ids}: at least one of them */
            segment: unknown;
        };
        /** SignIn */
        SignIn: {
            /** @description When it is good no more */
            expiresAt: string;
            /** @description Seconds the token is good */
            expiresIn: number;
            /** @description Renews the sign-in, once; its answer has the next */
            refreshToken: string;
            /** @description The tenant the token is for; another: x-tenant-id */
            tenantId?: string;
            /** @description Where the person belongs */
            tenants: components["schemas"]["Membership"][];
            /** @description For Authorization: Bearer */
            token: string;
            /** @description Bearer */
            tokenType: string;
            /** @description Who signed in */
            user: components["schemas"]["Person"];
        };
        /** Slot */
        Slot: {
            /** @description How long ago that was */
            ageMs: number;
            /** @description Agent */
            agentId?: string;
            /** @description Call */
            callId: string;
            /** @description Campaign it is dialled for */
            campaignId?: string;
            /** @description jambonz, twilio, elevenlabs, browser */
            carrier: string;
            /** @description Free after so long, unless it is renewed */
            leaseMs: number;
            /** @description Instance that holds it */
            owner: string;
            /** @description inbound, outbound, realtime */
            reason: string;
            /** @description When it was taken */
            since: string;
            /** @description taken, dialling, media */
            stage: string;
            /** @description Whose */
            tenantId: string;
        };
        /** SlotPage */
        SlotPage: {
            /** @description In no order */
            data: components["schemas"]["Slot"][];
            /** @description There is a next page */
            hasMore: boolean;
            /** @description Of the next page; absent on the last */
            nextCursor?: string;
            /** @description Slots in all */
            total: number;
        };
        /** SummaryAnalysis */
        SummaryAnalysis: {
            /** @description What the agent's schema asked for */
            structuredData?: unknown;
            /** @description Measured by the agent's rubric */
            successEvaluation?: components["schemas"]["SummarySuccess"];
            /** @description In the model's words */
            summary?: string;
        };
        /** SummaryArtifact */
        SummaryArtifact: {
            /** @description The conversation */
            messages?: components["schemas"]["SummaryMessage"][];
        };
        /** SummaryArtifacts */
        SummaryArtifacts: {
            /** @description All of it, good for 24 hours */
            bundleZip?: string;
            /** @description Numbers of each turn */
            metrics?: string;
            /** @description Audio, stereo */
            recording?: string;
            /** @description Media */
            rtpPcap?: string;
            /** @description Signalling */
            sipPcap?: string;
            /** @description Turn by turn */
            transcript?: string;
        };
        /** SummaryCarrier */
        SummaryCarrier: {
            /** @description The calling number, redacted */
            ani?: string;
            /** @description The called number, redacted */
            dnis?: string;
            /** @description Cause of the release; 0: not told */
            q850?: number;
            /** @description The last SIP status */
            sipFinal?: string;
            /** @description Who carried it */
            trunk?: string;
        };
        /** SummaryCost */
        SummaryCost: {
            /** @description In INR */
            costInr: number;
            /** @description In which it was charged */
            currency?: string;
            /** @description Who charged it */
            provider?: string;
            /** @description transport, stt, tts, llm, platform or other */
            type: string;
            /** @description Minutes, characters or tokens */
            units: number;
        };
        /** SummaryDestination */
        SummaryDestination: {
            /** @description How long the two talked */
            durationSec?: number;
            /** @description blind or attended */
            mode?: string;
            /** @description completed, busy, no-answer, failed; "": nobody told */
            status?: string;
            /** @description Where the call was handed over to, redacted; "": it was not */
            to?: string;
            /** @description number, sip or none */
            type?: string;
        };
        /** SummaryEmotion */
        SummaryEmotion: {
            /** @description Calm to excited */
            arousal?: number;
            /** @description The one that prevailed */
            dominant?: string;
            /** @description It was looked at */
            enabled: boolean;
            /** @description Unpleasant to pleasant */
            valence?: number;
        };
        /** SummaryKpis */
        SummaryKpis: {
            /** @description Median of the call's turns */
            asrFirstPartialMs?: number;
            /** @description Median of the call's turns */
            eouMs?: number;
            /** @description Median of the call's turns */
            llmFirstTokenMs?: number;
            /** @description Median of the call's turns */
            ttsFirstChunkMs?: number;
        };
        /** SummaryMedia */
        SummaryMedia: {
            /** @description 0: not measured */
            avgMos?: number;
            /** @description Arrival of frames against their clock */
            jitterMsP95?: number;
            /** @description Lost on the way */
            pktLossPct?: number;
        };
        /** SummaryMessage */
        SummaryMessage: {
            /** @description What was found in it */
            detectedThreats?: string[];
            /** @description Seconds */
            duration?: number;
            /** @description Its end */
            endTime?: string;
            /** @description Something was taken out */
            isFiltered?: boolean;
            /** @description What was said, redacted */
            message: string;
            /** @description user, assistant, tool or system */
            role: string;
            /** @description Its beginning, in the call's own time */
            secondsFromStart?: number;
            /** @description Its beginning */
            time?: string;
        };
        /** SummarySuccess */
        SummarySuccess: {
            /** @description What it was measured by */
            rubric?: string;
            /** @description How it did */
            score?: string;
        };
        /** SummaryText */
        SummaryText: {
            /** @description What was agreed */
            nextStep?: string;
            /** @description In a few sentences */
            notes?: string;
            /** @description What came of it */
            outcome?: string;
            /** @description Why, or why not */
            reason?: string;
            /** @description The call reached its aim */
            success?: boolean;
        };
        /** SummaryToolCall */
        SummaryToolCall: {
            /** @description What it was asked with, redacted */
            args?: unknown;
            /** @description The answer waited for it */
            blocking?: boolean;
            /** @description When it answered */
            endedAt?: string;
            /** @description 0: it was not asked over HTTP */
            httpStatus?: number;
            /** @description How long it took */
            latencyMs?: number;
            /** @description The tool */
            name: string;
            /** @description It answered */
            ok: boolean;
            /** @description The beginning of its answer, redacted */
            resultSummary?: string;
            /** @description When it was asked */
            startedAt?: string;
        };
        /** SummaryUsage */
        SummaryUsage: {
            /** @description Minutes heard */
            asrMin?: number;
            /** @description All of it */
            costInr?: number;
            /** @description Line by line */
            costs?: components["schemas"]["SummaryCost"][];
            /** @description Tokens read */
            llmIn?: number;
            /** @description Tokens written */
            llmOut?: number;
            /** @description For carrying it */
            transportCostInr?: number;
            /** @description Minutes carried */
            transportMinutes?: number;
            /** @description Characters said */
            ttsChars?: number;
        };
        /** template */
        template: {
            /** @description Further settings of the agents made of it */
            config?: unknown;
            /** @description What it is for */
            description?: string;
            /** @description Spoken first: that it is a machine, and that it is recorded */
            disclosure: string;
            /** @description The agent says one and hangs up */
            endCallPhrases?: string[];
            /** @description Spoken behind the disclosure; may hold {{variables}} */
            firstMessage: string;
            /** @description en when absent */
            language?: string;
            /** @description Shown to people */
            name: string;
            /** @description Who hosts its agents: elevenlabs (the default) or invorto */
            provider?: string;
            /** @description Variables that a deploy must have a value for */
            required?: string[];
            /** @description May hold {{variables}} */
            systemPrompt: string;
            /** @description sales_outreach, customer_support, appointment_setting or lead_qualification */
            useCase?: string;
            /** @description At ElevenLabs */
            voiceId?: string;
        };
        /** templateDeploy */
        templateDeploy: {
            /** @description name, first_message, system_prompt, voice_id, language, end_call_phrases, config */
            overrides?: unknown;
            /** @description Who hosts it: elevenlabs or invorto; as the template says */
            provider?: string;
            /** @description Values of {{names}} in the template's texts */
            variables?: unknown;
        };
        /** template */
        templatePatch: {
            /** @description Further settings of the agents made of it */
            config?: unknown;
            /** @description What it is for */
            description?: string;
            /** @description Spoken first: that it is a machine, and that it is recorded */
            disclosure?: string;
            /** @description The agent says one and hangs up */
            endCallPhrases?: string[];
            /** @description Spoken behind the disclosure; may hold {{variables}} */
            firstMessage?: string;
            /** @description en when absent */
            language?: string;
            /** @description Shown to people */
            name?: string;
            /** @description Who hosts its agents: elevenlabs (the default) or invorto */
            provider?: string;
            /** @description Variables that a deploy must have a value for */
            required?: string[];
            /** @description May hold {{variables}} */
            systemPrompt?: string;
            /** @description sales_outreach, customer_support, appointment_setting or lead_qualification */
            useCase?: string;
            /** @description At ElevenLabs */
            voiceId?: string;
        };
        /** Tenant */
        Tenant: {
            /** @description Narrower hours than the law's: {windows: [{start, end, timezone}], days: [1-7]}; null: the law's */
            callingHours?: unknown;
            /** @description Campaigns call only people whose consent is on record; false: it is kept elsewhere */
            consentRequired?: boolean;
            /** @description When it was made */
            readonly createdAt: string;
            /** @description Calls are refused above it; 0: the installation's */
            dailyCostCapInr?: number;
            /** @description tnt_… */
            readonly id: string;
            /** @description Networks that may use the tenant's keys; none: any */
            ipAllowList?: string[];
            /** @description At once; 0: the installation's */
            maxConcurrentCalls?: number;
            /** @description Calls are refused above it; 0: the installation's */
            monthlyMinuteCap?: number;
            /** @description What it is called */
            name: string;
            /**
             * @description Whether the optimiser may pause campaigns and change their windows, or only says that it would
             * @enum {string}
             */
            optimizerMode?: "enforce" | "shadow";
            /** @description Requests of each key a minute; 0: the installation's */
            ratePerMinute?: number;
            /** @description What is masked */
            redaction?: components["schemas"]["Redaction"];
            /** @description How long things are kept */
            retention?: components["schemas"]["Retention"];
            /** @description A short name that stays */
            readonly slug: string;
            /** @description active, suspended or closed */
            readonly status: string;
            /** @description Of days and months in usage: Asia/Kolkata */
            timezone?: string;
            /** @description When it was last changed */
            readonly updatedAt: string;
        };
        /** Tenant */
        TenantPatch: {
            /** @description Narrower hours than the law's: {windows: [{start, end, timezone}], days: [1-7]}; null: the law's */
            callingHours?: unknown;
            /** @description Campaigns call only people whose consent is on record; false: it is kept elsewhere */
            consentRequired?: boolean;
            /** @description Calls are refused above it; 0: the installation's */
            dailyCostCapInr?: number;
            /** @description Networks that may use the tenant's keys; none: any */
            ipAllowList?: string[];
            /** @description At once; 0: the installation's */
            maxConcurrentCalls?: number;
            /** @description Calls are refused above it; 0: the installation's */
            monthlyMinuteCap?: number;
            /** @description What it is called */
            name?: string;
            /**
             * @description Whether the optimiser may pause campaigns and change their windows, or only says that it would
             * @enum {string}
             */
            optimizerMode?: "enforce" | "shadow";
            /** @description Requests of each key a minute; 0: the installation's */
            ratePerMinute?: number;
            /** @description What is masked */
            redaction?: components["schemas"]["RedactionPatch"];
            /** @description How long things are kept */
            retention?: components["schemas"]["RetentionPatch"];
            /** @description Of days and months in usage: Asia/Kolkata */
            timezone?: string;
        };
        /** Ticket */
        Ticket: {
            /** @description The call it opens */
            callId: string;
            /** @description When it is good no more */
            expiresAt: string;
            /** @description Good for one socket */
            ticket: string;
            /** @description Where to open it, the ticket in it */
            url: string;
        };
        /** TicketCreate */
        TicketCreate: {
            /** @description Who answers; else the address or the start message says it */
            agentId?: string;
            /** @description Of a call that exists; else a new one */
            callId?: string;
        };
        /** timeline */
        timeline: {
            /** @description The call */
            callId: string;
            /** @description Is there more */
            hasMore: boolean;
            /** @description `after` of the next page */
            nextAfter: number;
            /** @description Oldest first */
            timeline: components["schemas"]["timelineEntry"][];
        };
        /** timelineEntry */
        timelineEntry: {
            /** @description Counts up within the call */
            id: string;
            /** @description What happened */
            kind: string;
            /** @description The rest of it */
            payload: unknown;
            /** @description Unix ms */
            timestamp: number;
            /** @description RFC 3339 */
            ts: string;
        };
        /** timeRange */
        timeRange: {
            /** @description RFC 3339 */
            from: string;
            /** @description RFC 3339 */
            to: string;
        };
        /** toolDefinition */
        toolDefinitionInput: {
            /** @description wait for the result before answering */
            blocking?: boolean;
            /** @description what the model is told */
            description?: string;
            /**
             * @deprecated
             * @description called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
             */
            endpoint?: string;
            /** @description said when it takes long */
            filler?: string;
            /** @description sent along, at most 16; whoever reads the agent or the call's record sees them: {"$secret": NAME} instead of a credential */
            headers?: unknown;
            /**
             * @deprecated
             * @description JSON Schema of the arguments
             */
            inputSchema?: unknown;
            /**
             * @description HTTP method
             * @enum {string}
             */
            method?: "GET" | "POST" | "PUT" | "DELETE";
            /** @description letters, digits and _ */
            name: string;
            /** @description JSON Schema of its answer; one that does not fit fails */
            outputSchema?: unknown;
            /** @description JSON Schema of the arguments */
            parameters?: unknown;
            /** @description Whose it is; nothing depends on it */
            provider?: string;
            /** @description time it has in ms; 0: the configured default */
            timeoutMs?: number;
            /**
             * @description What it is about; nothing depends on it
             * @enum {string}
             */
            type?: "document" | "calendar" | "custom";
            /** @description called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it */
            url?: string;
        };
        /** toolDeleted */
        toolDeleted: {
            /** @description In words */
            message?: string;
            /** @description It is gone */
            success?: boolean;
        };
        /** Tool */
        ToolInput: {
            /** @description wait for the result before answering */
            blocking?: boolean;
            /** @description what the model is told */
            description?: string;
            /**
             * @deprecated
             * @description called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
             */
            endpoint?: string;
            /** @description said when it takes long */
            filler?: string;
            /** @description sent along, at most 16; whoever reads the agent or the call's record sees them: {"$secret": NAME} instead of a credential */
            headers?: unknown;
            /**
             * @deprecated
             * @description JSON Schema of the arguments
             */
            inputSchema?: unknown;
            /**
             * @description HTTP method
             * @enum {string}
             */
            method?: "GET" | "POST" | "PUT" | "DELETE";
            /** @description letters, digits and _ */
            name: string;
            /** @description JSON Schema of its answer; one that does not fit fails */
            outputSchema?: unknown;
            /** @description JSON Schema of the arguments */
            parameters?: unknown;
            /** @description time it has in ms; 0: the configured default */
            timeoutMs?: number;
            /** @description called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it */
            url?: string;
        };
        /** toolInvocation */
        toolInvocation: {
            /** @description An object, as inputSchema asks for; none is {} */
            arguments?: unknown;
            /** @description Sent along as X-Call-Id */
            callId?: string;
            /** @description The same one again for the same tool within 10 seconds is a conflict; without one a callId with the same arguments is */
            idempotencyKey?: string;
        };
        /** toolOutcome */
        toolOutcome: {
            /**
             * @description What went wrong
             * @enum {string}
             */
            error?: "conflict" | "bad_request" | "schema_mismatch" | "timeout" | "error";
            /** @description Wrong arguments */
            errors?: components["schemas"]["toolWrong"][];
            /** @description From the request to the end of the answer; 0: not sent */
            latencyMs?: number;
            /** @description The same in words */
            message?: string;
            /** @description It answered as it should */
            ok?: boolean;
            /** @description Its answer */
            result?: unknown;
            /** @description HTTP status of its answer; 0: there was none */
            status?: number;
        };
        /** toolRegistered */
        toolRegistered: {
            /** @description It is registered */
            success?: boolean;
            /** @description As it is kept */
            tool?: components["schemas"]["registeredTool"];
        };
        /** toolSample */
        toolSampleInput: {
            /** @description Of a sample call */
            arguments?: unknown;
            /** @description wait for the result before answering */
            blocking?: unknown;
            /** @description What POST /v1/tools takes; or its fields, beside arguments */
            definition?: unknown;
            /** @description what the model is told */
            description?: unknown;
            /**
             * @deprecated
             * @description called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
             */
            endpoint?: unknown;
            /** @description said when it takes long */
            filler?: unknown;
            /** @description sent along, at most 16; whoever reads the agent or the call's record sees them: {"$secret": NAME} instead of a credential */
            headers?: unknown;
            /**
             * @deprecated
             * @description JSON Schema of the arguments
             */
            inputSchema?: unknown;
            /** @description HTTP method */
            method?: unknown;
            /** @description letters, digits and _ */
            name?: unknown;
            /** @description JSON Schema of its answer; one that does not fit fails */
            outputSchema?: unknown;
            /** @description JSON Schema of the arguments */
            parameters?: unknown;
            /** @description Whose it is; nothing depends on it */
            provider?: unknown;
            /** @description time it has in ms; 0: the configured default */
            timeoutMs?: unknown;
            /** @description What it is about; nothing depends on it */
            type?: unknown;
            /** @description called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it */
            url?: unknown;
        };
        /** toolVerdict */
        toolVerdict: {
            /** @description Each wrong field */
            errors?: components["schemas"]["toolWrong"][];
            /** @description It would be registered, and the arguments would fit */
            valid?: boolean;
        };
        /** toolWrong */
        toolWrong: {
            /** @description The rule that it breaks */
            detail?: string;
            /** @description JSON pointer into what was sent */
            pointer?: string;
        };
        /** transfer */
        transfer: {
            /**
             * @description blind when absent
             * @enum {string}
             */
            mode?: "blind" | "attended";
            /** @description Number, SIP address or name */
            to: string;
        };
        /** Transfer */
        Transfer: {
            /** @description said to the caller when nobody took it; the conversation goes on */
            failed?: string;
            /**
             * @description blind: connected as soon as somebody answers; attended: the whisper first
             * @enum {string}
             */
            mode?: "blind" | "attended";
            /** @description how long it may ring there */
            ringMs?: number;
            /** @description attended: said to who answers, before the two are connected */
            whisper?: string;
        };
        /** Transfer */
        TransferPatch: {
            /** @description said to the caller when nobody took it; the conversation goes on */
            failed?: string;
            /**
             * @description blind: connected as soon as somebody answers; attended: the whisper first
             * @enum {string}
             */
            mode?: "blind" | "attended";
            /** @description how long it may ring there */
            ringMs?: number;
            /** @description attended: said to who answers, before the two are connected */
            whisper?: string;
        };
        /** usage */
        usage: {
            /** @description Agents */
            agents: components["schemas"]["usageAgents"];
            /** @description By what was used */
            breakdown: components["schemas"]["usageType"][];
            /** @description Calls */
            calls: components["schemas"]["usageCalls"];
            /** @description Caps, and what is used of them */
            caps: components["schemas"]["usageCaps"];
            /** @description Day by day */
            daily: components["schemas"]["usageDay"][];
            /** @description How far back */
            period: string;
            /** @description Whose */
            tenantId: string;
            /** @description From when to when */
            timeRange: components["schemas"]["timeRange"];
        };
        /** usageAgents */
        usageAgents: {
            /** @description That may be called */
            active: number;
            /** @description Agents */
            total: number;
        };
        /** usageCalls */
        usageCalls: {
            /** @description INR a call */
            averageCost: number;
            /** @description Seconds a call */
            averageDuration: number;
            /** @description Completed */
            completed: number;
            /** @description Not completed */
            failed: number;
            /** @description In all */
            minutes: number;
            /** @description Calls */
            total: number;
            /** @description INR */
            totalCost: number;
            /** @description USD */
            totalCostUsd: number;
        };
        /** usageCaps */
        usageCaps: {
            /** @description Of the last 24 hours */
            costInr24h: number;
            /** @description At most in 24 hours */
            dailyCostCapInr: number;
            /** @description Now */
            liveCalls: number;
            /** @description At most at once */
            maxConcurrentCalls: number;
            /** @description Of the last 30 days */
            minutes30d: number;
            /** @description At most in 30 days */
            monthlyMinuteCap: number;
        };
        /** usageDay */
        usageDay: {
            /** @description Calls */
            calls: number;
            /** @description INR */
            costInr: number;
            /** @description USD */
            costUsd: number;
            /** @description 2026-01-31 */
            date: string;
            /** @description Minutes */
            minutes: number;
        };
        /** usageType */
        usageType: {
            /** @description INR */
            costInr: number;
            /** @description USD */
            costUsd: number;
            /** @description Whose */
            provider?: string;
            /** @description asr, llm, tts, telephony, … */
            type: string;
            /** @description Of what */
            unit?: string;
            /** @description How much */
            units: number;
        };
        /** voiceAssignNumber */
        voiceAssignNumber: {
            /** @description A free number of the pool */
            phone_number_e164_or_pool_id: string;
            /** @description outbound_sales when absent */
            purpose?: string;
            /** @description One of the caller's */
            tenant_id: string;
        };
        /** voiceAttachAgent */
        voiceAttachAgent: {
            /** @description Deployed before */
            voice_agent_id: string;
            /** @description Of the same tenant */
            voice_number_id: string;
        };
        /** voiceDeployTemplate */
        voiceDeployTemplate: {
            /** @description name, first_message, system_prompt, voice_id, language, end_call_phrases, config */
            overrides?: unknown;
            /** @description Who hosts it: elevenlabs or invorto; as the template says */
            provider?: string;
            /** @description Of the catalogue, or the tenant's own */
            template_id: string;
            /** @description One of the caller's */
            tenant_id: string;
            /** @description Values of {{names}} in the template's texts */
            variables?: unknown;
        };
        /** voiceImportNumber */
        voiceImportNumber: {
            /** @description One of the caller's */
            tenant_id: string;
            /** @description A number of its own */
            voice_number_id: string;
        };
        /** Voicemail */
        Voicemail: {
            /**
             * @description hangup, leave the message after the tone, or go on as if a person had answered
             * @enum {string}
             */
            action?: "hangup" | "message" | "continue";
            /** @description left after the tone */
            message?: string;
        };
        /** Voicemail */
        VoicemailPatch: {
            /**
             * @description hangup, leave the message after the tone, or go on as if a person had answered
             * @enum {string}
             */
            action?: "hangup" | "message" | "continue";
            /** @description left after the tone */
            message?: string;
        };
        /** voiceStartBatch */
        voiceStartBatch: {
            /** @description A campaign of the tenant's */
            campaign_id: string;
        };
        /** voiceStartCall */
        voiceStartCall: {
            /** @description The campaign it counts for */
            campaign_id?: string;
            /** @description Who is called; gives its name and the like to the texts */
            lead_id?: string;
            /** @description E.164 */
            to_phone_number: string;
            /** @description Values of {{names}} in the agent's texts */
            variables?: unknown;
            /** @description Deployed before */
            voice_agent_id: string;
            /** @description Of the same tenant */
            voice_number_id: string;
        };
        /** webhook */
        webhook: {
            /** @description RFC 3339 */
            readonly createdAt?: string;
            /** @description What it is for */
            description?: string;
            /** @description RFC 3339 */
            readonly disabledAt?: string;
            /** @description by request; gone: it answered 410; failing: nothing but failures for 120 hours */
            readonly disabledReason?: string;
            /** @description Whether anything is sent */
            enabled: boolean;
            /** @description What it subscribes to */
            events: string[];
            /** @description The first failure behind the last success */
            readonly failingSince?: string;
            /** @description Names of its own headers; values are not shown */
            headers?: unknown;
            /** @description whe_… */
            readonly id: string;
            /** @description Deliveries at once, per process */
            maxConcurrency?: number;
            /** @description events: registered here; bootstrap: the platform's configuration */
            readonly origin?: string;
            /** @description Until then the secret before signs too */
            readonly previousSecretUntil?: string;
            /** @description whpk_…: whoever has it can check v1a of webhook-signature (ed25519), and sign nothing */
            readonly publicKey?: string;
            /** @description default, standard or short */
            schedule?: string;
            /** @description RFC 3339 */
            readonly updatedAt?: string;
            /** @description Where it posts to */
            url: string;
        };
        /** webhookBody */
        webhookBodyInput: {
            /** @description What it is for */
            description?: string;
            /** @description Whether anything is sent */
            enabled?: boolean;
            /** @description Names of events; "*" (the default) is all of today's names */
            events?: string[];
            /** @description Headers to send, as an object of strings */
            headers?: unknown;
            /** @description Deliveries at once, per process */
            maxConcurrency?: number;
            /**
             * @description standard: ten tries in 75 hours; short: four in 21 seconds; default: as the platform is set
             * @enum {string}
             */
            schedule?: "default" | "standard" | "short";
            /** @description whsec_ and base64 of 24 to 64 bytes; made when absent */
            secret?: string;
            /** @description Where to post to; https, but in development */
            url: string;
        };
        /** webhookBody */
        webhookBodyPatch: {
            /** @description What it is for */
            description?: string;
            /** @description Whether anything is sent */
            enabled?: boolean;
            /** @description Names of events; "*" (the default) is all of today's names */
            events?: string[];
            /** @description Headers to send, as an object of strings */
            headers?: unknown;
            /** @description Deliveries at once, per process */
            maxConcurrency?: number;
            /**
             * @description standard: ten tries in 75 hours; short: four in 21 seconds; default: as the platform is set
             * @enum {string}
             */
            schedule?: "default" | "standard" | "short";
            /** @description whsec_ and base64 of 24 to 64 bytes; made when absent */
            secret?: string;
            /** @description Where to post to; https, but in development */
            url?: string;
        };
        /** webhookDay */
        webhookDay: {
            /** @description UTC */
            day?: string;
            /** @description Given up */
            dlq?: number;
            /** @description Tries behind the first */
            retries?: number;
            /** @description Delivered */
            success?: number;
        };
        /** webhookDeadLetter */
        webhookDeadLetter: {
            /** @description Tries so far */
            attempt?: number;
            /** @description The call it is about */
            callId?: string;
            /** @description RFC 3339 */
            createdAt?: string;
            /** @description Delivered or given up, RFC 3339 */
            doneAt?: string;
            /** @description The same on every try */
            eventId?: string;
            /** @description dlv_… */
            id?: string;
            /** @description Why the last try failed */
            lastError?: string;
            /** @description Of the last try; 0: no answer came */
            lastStatus?: number;
            /** @description Name of the event */
            type?: string;
            /** @description Where it was to go */
            url?: string;
            /** @description whe_… */
            webhookId?: string;
        };
        /** webhookDeadLetterList */
        webhookDeadLetterList: {
            /** @description There is another page */
            hasMore: boolean;
            /** @description Latest first */
            items: components["schemas"]["webhookDeadLetter"][];
            /** @description Of the next page */
            nextCursor?: string;
            /** @description Of all pages, counted to 100,000 */
            total?: number;
        };
        /** webhookDeadLetterRetry */
        webhookDeadLetterRetry: {
            /** @description As it always was */
            eventId?: string;
            /** @description dlv_… */
            id?: string;
            /** @description It is queued */
            ok?: boolean;
        };
        /** webhookDeadLettersCleared */
        webhookDeadLettersCleared: {
            /** @description How many */
            cleared?: number;
            /** @description There may be more: ask again */
            more?: boolean;
            /** @description Done */
            ok?: boolean;
        };
        /** webhookDeadLetterStats */
        webhookDeadLetterStats: {
            /** @description Dead letters, counted to 100,000 */
            dead?: number;
            /** @description To be sent now */
            due?: number;
            /** @description RFC 3339 */
            oldestDeadAt?: string;
            /** @description RFC 3339 */
            oldestDueAt?: string;
            /** @description Under way */
            sending?: number;
            /** @description For their next try */
            waiting?: number;
        };
        /** webhookDelivery */
        webhookDelivery: {
            /** @description Tries so far */
            attempt?: number;
            /** @description Each try: attempt, at, durationMs, status, error, response */
            attempts?: unknown;
            /** @description The call it is about */
            callId?: string;
            /** @description RFC 3339 */
            createdAt?: string;
            /** @description Delivered or given up, RFC 3339 */
            doneAt?: string;
            /** @description The same on every try */
            eventId?: string;
            /** @description dlv_… */
            id?: string;
            /** @description Why the last try failed */
            lastError?: string;
            /** @description Of the last try; 0: no answer came */
            lastStatus?: number;
            /** @description The next try, RFC 3339 */
            nextAt?: string;
            /** @description pending, sending, delivered or dead */
            state?: string;
            /** @description Name of the event */
            type?: string;
            /** @description whe_… */
            webhookId?: string;
        };
        /** webhookDeliveryList */
        webhookDeliveryList: {
            /** @description Newest first */
            data: components["schemas"]["webhookDelivery"][];
            /** @description There is another page */
            hasMore: boolean;
            /** @description Of the next page */
            nextCursor?: string;
        };
        /** webhookList */
        webhookList: {
            /** @description Newest first */
            data: components["schemas"]["webhook"][];
            /** @description There is another page */
            hasMore: boolean;
            /** @description Of the next page */
            nextCursor?: string;
        };
        /** webhookOrdered */
        webhookOrdered: {
            /** @description webhook-id of every try */
            eventId?: string;
            /** @description The delivery, dlv_… */
            jobId?: string;
            /** @description It is kept */
            ok?: boolean;
            /** @description As asked */
            priority?: number;
            /** @description It is kept */
            queued?: boolean;
        };
        /** webhookOrder */
        webhookOrderInput: {
            /** @description Headers to send, as an object of strings; with hmacSecret only */
            headers?: unknown;
            /** @description Signs it; without one the address must be a webhook of yours, and its secret signs */
            hmacSecret?: string;
            /** @description What to post */
            payload: unknown;
            /** @description Each above 1 goes before what was queued up to a minute earlier */
            priority?: number;
            /** @description Done to the payload first */
            transformation?: components["schemas"]["webhookTransformation"];
            /** @description Where to post to; https, but in development */
            url: string;
        };
        /** webhookOrders */
        webhookOrdersInput: {
            /** @description At most a hundred */
            webhooks: components["schemas"]["webhookOrderInput"][];
        };
        /** webhookProof */
        webhookProofInput: {
            /** @description Value of webhook-id, for webhook-signature */
            id?: string;
            /** @description The body as a string, byte for byte; anything else is printed compactly first */
            payload: unknown;
            /** @description The secret, when it is none of a webhook's */
            secret?: string;
            /** @description Value of X-Signature (sha256=…), X-Webhook-Signature-V2 (t=…,v1=…) or webhook-signature (v1,…) */
            signature: string;
            /** @description Value of webhook-timestamp, for webhook-signature */
            timestamp?: string;
            /** @description Of whose secrets one must have signed */
            webhookId?: string;
        };
        /** webhookQueue */
        webhookQueue: {
            /** @description Dead letters, counted to 100,000 */
            dead?: number;
            /** @description To be sent now */
            due?: number;
            /** @description RFC 3339 */
            oldestDueAt?: string;
            /** @description Under way */
            sending?: number;
            /** @description For their next try */
            waiting?: number;
        };
        /** webhookRefusal */
        webhookRefusal: {
            /** @description In the request, from 0 */
            index?: number;
            /** @description rate: the address has had its share; disabled; unknown: none of your webhooks, and no hmacSecret */
            reason?: string;
        };
        /** webhookReplay */
        webhookReplay: {
            /** @description As it always was */
            eventId?: string;
            /** @description dlv_… */
            id?: string;
            /** @description queued */
            status?: string;
        };
        /** webhooksOrdered */
        webhooksOrdered: {
            /** @description The deliveries, in order */
            jobIds?: string[];
            /** @description All of them are kept */
            ok?: boolean;
            /** @description How many */
            queued?: number;
            /** @description Those that are not kept */
            refused?: components["schemas"]["webhookRefusal"][];
        };
        /** webhookSummary */
        webhookSummary: {
            /** @description Latest first; empty ones are missing */
            days?: components["schemas"]["webhookDay"][];
            /** @description What is where */
            queue?: components["schemas"]["webhookQueue"];
        };
        /** webhookTest */
        webhookTest: {
            /** @description What it will come with */
            eventId: string;
            /** @description queued */
            status?: string;
        };
        /** webhookTransformation */
        webhookTransformation: {
            /** @description Members to add, or to put in place of others */
            additions?: unknown;
            /** @description Members to leave out */
            filters?: string[];
            /** @description Members to rename: {"old":"new"} */
            mappings?: unknown;
        };
        /** webhookVerdict */
        webhookVerdict: {
            /** @description ok, missing, malformed, too_old, in_the_future or wrong_signature */
            reason?: string;
            /** @description It is right, and of the last five minutes where it says when */
            valid?: boolean;
        };
        /** webhookWithSecret */
        webhookWithSecret: {
            /** @description RFC 3339 */
            readonly createdAt?: string;
            /** @description What it is for */
            description?: string;
            /** @description RFC 3339 */
            readonly disabledAt?: string;
            /** @description by request; gone: it answered 410; failing: nothing but failures for 120 hours */
            readonly disabledReason?: string;
            /** @description Whether anything is sent */
            enabled: boolean;
            /** @description What it subscribes to */
            events: string[];
            /** @description The first failure behind the last success */
            readonly failingSince?: string;
            /** @description Names of its own headers; values are not shown */
            headers?: unknown;
            /** @description whe_… */
            readonly id: string;
            /** @description Deliveries at once, per process */
            maxConcurrency?: number;
            /** @description events: registered here; bootstrap: the platform's configuration */
            readonly origin?: string;
            /** @description Until then the secret before signs too */
            readonly previousSecretUntil?: string;
            /** @description whpk_…: whoever has it can check v1a of webhook-signature (ed25519), and sign nothing */
            readonly publicKey?: string;
            /** @description default, standard or short */
            schedule?: string;
            /** @description Signs what is sent; keep it, it is not shown again */
            readonly secret: string;
            /** @description RFC 3339 */
            readonly updatedAt?: string;
            /** @description Where it posts to */
            url: string;
        };
    };
    responses: {
        /** @description Bad Request */
        bad_request: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "bad_request";
                };
            };
        };
        /** @description Gone */
        call_ended: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "call_ended";
                };
            };
        };
        /** @description Conflict */
        conflict: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "conflict";
                };
            };
        };
        /** @description Forbidden */
        forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "forbidden";
                };
            };
        };
        /** @description Internal Server Error */
        internal_error: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "internal_error";
                };
            };
        };
        /** @description Unauthorized */
        invalid_api_key: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "invalid_api_key";
                };
            };
        };
        /** @description Not Found */
        not_found: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "not_found";
                };
            };
        };
        /** @description Not Implemented */
        not_supported: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "not_supported";
                };
            };
        };
        /** @description Bad Gateway */
        provider_unavailable: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "provider_unavailable";
                };
            };
        };
        /** @description Too Many Requests */
        rate_limited: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "rate_limited";
                };
            };
        };
        /** @description Too Many Requests */
        "rate_limited-or-quota_exceeded": {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "rate_limited" | "quota_exceeded";
                };
            };
        };
        /** @description Service Unavailable */
        service_unavailable: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "service_unavailable";
                };
            };
        };
        /** @description Gateway Timeout */
        timeout: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "timeout";
                };
            };
        };
        /** @description Content Too Large */
        too_large: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "too_large";
                };
            };
        };
        /** @description Unprocessable Content */
        unprocessable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unprocessable";
                };
            };
        };
        /** @description Unsupported Media Type */
        unsupported_media_type: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unsupported_media_type";
                };
            };
        };
    };
    parameters: {
        /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
        IdempotencyKey: string;
        /** @description One of the tenants of this credential; needed by those who have several */
        TenantId: string;
    };
    requestBodies: never;
    headers: {
        /** @description true: the answer is the first request's */
        "Idempotency-Replayed": string;
        /** @description "default";r=59;t=60: so many are left, in so many seconds there is one more */
        RateLimit: string;
        /** @description "default";q=60;w=60: so many within so many seconds */
        "RateLimit-Policy": string;
        /** @description Seconds to wait */
        "Retry-After": number;
        /** @description The client's own, or made here; stands in our log */
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    purgeTokenKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "asha@example.com",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["LogInInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refreshToken": "t"
                 *     }
                 */
                "application/json": components["schemas"]["Renewal"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refreshToken": "t"
                 *     }
                 */
                "application/json": components["schemas"]["Renewal"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    verify: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Why not */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listAgents: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Rows of a page */
                limit?: number;
                /** @description Counted from 1; a cursor is quicker */
                page?: number;
                /** @description Only those of this status */
                status?: string;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["agentList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Reception",
                 *       "prompt": "You answer the phone of a dentist.",
                 *       "greeting": "Hello, how can I help?",
                 *       "disclosure": "You are talking to an AI assistant."
                 *     }
                 */
                "application/json": components["schemas"]["agentBodyInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["agent"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["agentWithStats"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deleteAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["agentDeleted"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    updateAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Example"
                 *     }
                 */
                "application/json": components["schemas"]["agentBodyPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["agentChanged"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listAgentVersions: {
        parameters: {
            query?: {
                /** @description Older than this version */
                before?: number;
                /** @description At most so many */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["agentVersionList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description At most so many */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Example",
                 *       "role": "analyst"
                 *     }
                 */
                "application/json": components["schemas"]["ApiKeyCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyMade"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    rotateApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["ApiKeyRotate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyMade"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    v1_artifacts__id_content: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Why not */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Only this */
                action?: string;
                /** @description Only of this key or person */
                actorId?: string;
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Only what was done to this */
                entityId?: string;
                /** @description At most so many */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getCallingRules: {
        parameters: {
            query: {
                /** @description Then; now when absent */
                at?: string;
                /** @description What for; marketing when absent */
                kind?: "marketing" | "informational" | "collection";
                /** @description E.164 */
                phone: string;
                /** @description His own, if it is known: Asia/Kolkata */
                timezone?: string;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallingRules"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listCalls: {
        parameters: {
            query?: {
                /** @description Only those of this agent */
                agentId?: string;
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description inbound, outbound or web */
                direction?: string;
                /** @description Started at or after (RFC 3339) */
                from?: string;
                /** @description Rows of a page */
                limit?: number;
                /** @description Counted from 1; a cursor is quicker */
                page?: number;
                /** @description Only those of this status */
                status?: string;
                /** @description Started before (RFC 3339) */
                to?: string;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["callList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "agentId": "agt_01J0000000000000000000000",
                 *       "to": "+919876543210"
                 *     }
                 */
                "application/json": components["schemas"]["callNew"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["callMade"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited-or-quota_exceeded"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["call"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getArtifacts: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["artifacts"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    askInCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "prompt": "t"
                 *     }
                 */
                "application/json": components["schemas"]["line_ask"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    conferenceCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["line_conference"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    sendDigits: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "digits": "t"
                 *     }
                 */
                "application/json": components["schemas"]["dtmf"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["order"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    hangUpCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["hangup"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["order"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    holdCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "held": true
                 *     }
                 */
                "application/json": components["schemas"]["hold"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["order"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    watchCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited-or-quota_exceeded"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    muteCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "muted": true
                 *     }
                 */
                "application/json": components["schemas"]["mute"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["order"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    controlRecording: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "pause"
                 *     }
                 */
                "application/json": components["schemas"]["recording"];
                "application/octet-stream": string;
                "audio/mpeg": string;
                "audio/ogg": string;
                "audio/wav": string;
                "audio/x-wav": string;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            410: components["responses"]["call_ended"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    redirectCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://example.com/hooks"
                 *     }
                 */
                "application/json": components["schemas"]["line_redirect"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    replayCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "settings": {
                 *         "endpointing": {
                 *           "silenceMs": 400
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["callReplayBodyInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["callReplay"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            410: components["responses"]["call_ended"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    sayInCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "t"
                 *     }
                 */
                "application/json": components["schemas"]["say"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["order"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    setCallStatus: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "status": "created"
                 *     }
                 */
                "application/json": components["schemas"]["callStatus"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["callChanged"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    putSummary: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getTimeline: {
        parameters: {
            query?: {
                /** @description Entries behind this id */
                after?: number;
                /** @description At most so many */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["timeline"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    transferCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "to": "+919876543210"
                 *     }
                 */
                "application/json": components["schemas"]["transfer"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["order"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listCampaigns: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Rows of a page; 50 when absent */
                limit?: number;
                /** @description Only those; active are the running ones */
                status?: "draft" | "scheduled" | "running" | "paused" | "completed" | "failed" | "cancelled" | "active" | "";
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Renewals",
                 *       "segment": {
                 *         "tags": [
                 *           "renewal"
                 *         ]
                 *       },
                 *       "schedule": {
                 *         "retryWindows": [
                 *           {
                 *             "start": "10:00",
                 *             "end": "12:00",
                 *             "timezone": "local"
                 *           }
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["campaignInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["campaign"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["campaign"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deleteCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    updateCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Example"
                 *     }
                 */
                "application/json": components["schemas"]["campaignPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["campaign"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    exportCampaignCalls: {
        parameters: {
            query?: {
                /** @description How far back; 30 when absent */
                days?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    cancelCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["campaignOrder"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listCampaignDecisions: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Rows of a page; 50 when absent */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    attachLeads: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ids": [
                 *         "lead_01"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["leadIds"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    importCampaignLeads: {
        parameters: {
            query?: {
                /** @description Read a file that was read within a day once more */
                again?: boolean;
                /** @description Of numbers without a country code: IN */
                country?: string;
                /** @description What a row does to a lead of its number that is there: nothing (skip), or what it says is written over it */
                onDuplicate?: "skip" | "update";
                /** @description Every lead of the file gets these */
                tags?: string[];
            };
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/csv": string;
                "text/csv": string;
                "text/tab-separated-values": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited-or-quota_exceeded"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getCampaignMetrics: {
        parameters: {
            query?: {
                /** @description How far back; ever when absent */
                period?: "ever" | "1h" | "24h" | "7d" | "30d";
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getCampaignDays: {
        parameters: {
            query?: {
                /** @description How far back; 30 when absent */
                days?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/csv": string;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    pauseCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["campaignOrder"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    previewCampaign: {
        parameters: {
            query?: {
                /** @description nextAfter of the page before */
                after?: string;
                /** @description As if it were this time, RFC 3339; now when absent */
                at?: string;
                /** @description Leads of a page; 50 when absent */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    resumeCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["campaignOrder"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    scheduleCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["campaignOrder"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    startCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["campaignOrder"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listConsents: {
        parameters: {
            query: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Only to this */
                kind?: "call" | "marketing" | "recording" | "ai_disclosure";
                /** @description At most so many */
                limit?: number;
                /** @description Whose, E.164 */
                phone: string;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    addConsents: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phone": "+919876543210",
                 *       "kind": "marketing",
                 *       "granted": true,
                 *       "source": "web"
                 *     }
                 */
                "application/json": components["schemas"]["ConsentAdd"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentsAdded"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listDecisions: {
        parameters: {
            query?: {
                /** @description Of this campaign */
                campaignId?: string;
                /** @description Where the page before ended */
                cursor?: string;
                /** @description Of this kind */
                decision?: "pause_campaign" | "adjust_retry_window" | "switch_agent" | "scale_up" | "continue";
                /** @description Decisions in the page */
                limit?: number;
                /** @description proposed: waits for a person */
                status?: "proposed" | "approved" | "executed" | "failed" | "rejected";
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionPage"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getDecision: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    acceptDecision: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    rejectDecision: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listDnc: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description At most so many */
                limit?: number;
                /** @description Only this number, E.164 */
                phone?: string;
                /** @description Only those from there */
                source?: "opt_out" | "manual" | "import" | "registry";
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DncList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    addDnc: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "phone": "+919876543210",
                 *       "reason": "wrote a letter"
                 *     }
                 */
                "application/json": components["schemas"]["DncAdd"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DncAdded"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    removeDnc: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    checkDnc: {
        parameters: {
            query: {
                /** @description What for; marketing when absent */
                kind?: "marketing" | "informational" | "collection";
                /** @description E.164 */
                phone: string;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DncCheck"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    importDnc: {
        parameters: {
            query?: {
                /** @description Of a registry: when it was got; now when absent */
                asOf?: string;
                /** @description Of a registry: false when more of it comes, with the same asOf */
                complete?: boolean;
                /** @description Of a registry: US */
                country?: string;
                /** @description tenant when absent; registry: a national list as it was got */
                list?: "tenant" | "registry";
            };
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DncImported"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listErasures: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description At most so many */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    orderErasure: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "phone": "+919876543210"
                 *     }
                 */
                "application/json": components["schemas"]["ErasureOrder"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getErasure: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    v1_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Why not */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listImports: {
        parameters: {
            query?: {
                /** @description Only those into this campaign */
                campaignId?: string;
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Rows of a page; 50 when absent */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getImport: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getImportErrors: {
        parameters: {
            query?: {
                /** @description Lines behind this one */
                after?: number;
                /** @description At most so many; 10000 when absent */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listLeads: {
        parameters: {
            query?: {
                /** @description Only those of this campaign */
                campaignId?: string;
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Rows of a page; 50 when absent */
                limit?: number;
                /** @description Only that of this number, E.164 */
                phone?: string;
                /** @description Only those in this state */
                state?: "idle" | "queued" | "dialing" | "in-call" | "unknown" | "done" | "failed" | "blocked" | "";
                /** @description Only those with this tag */
                tag?: string;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createLead: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phone": "+12125550123",
                 *       "firstName": "Ada",
                 *       "tags": [
                 *         "vip"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["leadNew"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["lead"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getLead: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["lead"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deleteLead: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    updateLead: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "phone": "+919876543210"
                 *     }
                 */
                "application/json": components["schemas"]["leadPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["lead"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createLeads: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "leads": [
                 *         {
                 *           "phone": "+12125550123"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["leadBatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    importLeads: {
        parameters: {
            query?: {
                /** @description Read a file that was read within a day once more */
                again?: boolean;
                /** @description Of numbers without a country code: IN */
                country?: string;
                /** @description What a row does to a lead of its number that is there: nothing (skip), or what it says is written over it */
                onDuplicate?: "skip" | "update";
                /** @description Every lead of the file gets these */
                tags?: string[];
            };
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/csv": string;
                "text/csv": string;
                "text/tab-separated-values": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited-or-quota_exceeded"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    watchCalls: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description At most so many */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    addMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "asha@example.com",
                 *       "role": "analyst"
                 *     }
                 */
                "application/json": components["schemas"]["MemberCreateInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    updateMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "role": "analyst"
                 *     }
                 */
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getMetrics: {
        parameters: {
            query?: {
                /** @description How far back; 24h when absent */
                period?: "1h" | "24h" | "7d" | "30d" | "1m";
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["metrics"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listNumbers: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Rows of a page */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    takeNumber: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pool": "t"
                 *     }
                 */
                "application/json": components["schemas"]["numberNew"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getNumber: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    releaseNumber: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    updateNumber: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "friendlyName": "t"
                 *     }
                 */
                "application/json": components["schemas"]["numberChangePatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    attachAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "agentId": "agt_01J0000000000000000000000"
                 *     }
                 */
                "application/json": components["schemas"]["numberAgent"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    importNumber: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createOptOut: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phone": "+919876543210",
                 *       "source": "sms"
                 *     }
                 */
                "application/json": components["schemas"]["OptOut"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OptedOut"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listOptimizerRules: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description At most so many */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OptimizerRuleList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createOptimizerRule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "stop_early",
                 *       "metric": "failure_rate",
                 *       "comparison": ">",
                 *       "threshold": 0.2,
                 *       "minSample": 20,
                 *       "decision": "pause_campaign",
                 *       "reason": "{value} of {sample} calls failed",
                 *       "mode": "shadow"
                 *     }
                 */
                "application/json": components["schemas"]["OptimizerRuleInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OptimizerRule"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getOptimizerRule: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OptimizerRule"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deleteOptimizerRule: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    updateOptimizerRule: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "threshold": 0.25
                 *     }
                 */
                "application/json": components["schemas"]["OptimizerRulePatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OptimizerRule"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listPool: {
        parameters: {
            query?: {
                /** @description The last number of the page before */
                after?: string;
                /** @description Rows of a page */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    addToPool: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phoneNumber": "texttext"
                 *     }
                 */
                "application/json": components["schemas"]["poolNumber"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    releaseFromPool: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    buyForPool: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phoneNumber": "texttext"
                 *     }
                 */
                "application/json": components["schemas"]["poolBuy"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    searchPool: {
        parameters: {
            query?: {
                /** @description Its first digits */
                areaCode?: string;
                /** @description Digits, or * for any */
                contains?: string;
                /** @description US when absent */
                country?: string;
                /** @description Local (the default), TollFree, Mobile, National */
                type?: string;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    endRealtime: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                callId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["line_end"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    recordRealtime: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                callId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "start"
                 *     }
                 */
                "application/json": components["schemas"]["line_recording"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getRealtimeStats: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                callId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    transferRealtime: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                callId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "to": "+919876543210"
                 *     }
                 */
                "application/json": components["schemas"]["line_transfer"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            501: components["responses"]["not_supported"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listConnections: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createTicket: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["TicketCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listSecrets: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["secretList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    putSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "crm_key",
                 *       "value": "sk_0123456789",
                 *       "hosts": [
                 *         "crm.example.com"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["secretBodyInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["secret"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deleteSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listSegments: {
        parameters: {
            query?: {
                /** @description Names behind this one */
                after?: string;
                /** @description At most so many; 50 when absent */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getSegment: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["segment"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    putSegment: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "segment": {
                 *         "status": "new",
                 *         "score_min": 50
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["segmentInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["segment"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deleteSegment: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    countSavedSegment: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    countSegment: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "segment": {
                 *         "tags": [
                 *           "vip"
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["segmentInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listSlots: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description About so many; some hundred at most are shown whole */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlotPage"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            413: components["responses"]["too_large"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listTemplates: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Rows of a page */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createTemplate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Example",
                 *       "disclosure": "t",
                 *       "systemPrompt": "t",
                 *       "firstMessage": "text"
                 *     }
                 */
                "application/json": components["schemas"]["template"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getTemplate: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deleteTemplate: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    updateTemplate: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Example"
                 *     }
                 */
                "application/json": components["schemas"]["templatePatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deployTemplate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["templateDeploy"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            502: components["responses"]["provider_unavailable"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listTemplateVersions: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    updateTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Example"
                 *     }
                 */
                "application/json": components["schemas"]["TenantPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description How far back; 24h when absent */
                period?: "1h" | "24h" | "7d" | "30d" | "1m";
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["usage"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    exportUsage: {
        parameters: {
            query?: {
                /** @description RFC 3339; 30 days ago when absent */
                from?: string;
                /** @description RFC 3339; now when absent */
                to?: string;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listTools: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Rows of a page */
                limit?: number;
                /** @description Counted from 1; a cursor is quicker */
                page?: number;
                /** @description Only those of this status */
                status?: string;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    registerTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "opening_hours",
                 *       "description": "When the shop is open",
                 *       "url": "https://example.com/hours/{day}",
                 *       "method": "GET",
                 *       "inputSchema": {
                 *         "type": "object",
                 *         "properties": {
                 *           "day": {
                 *             "type": "string"
                 *           }
                 *         },
                 *         "required": [
                 *           "day"
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["toolDefinitionInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["registeredTool"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["registeredTool"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deleteTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["toolDeleted"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    invokeTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "arguments": {
                 *         "day": "monday"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["toolInvocation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["toolOutcome"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    validateTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "definition": {
                 *         "name": "opening_hours",
                 *         "description": "When the shop is open",
                 *         "url": "https://example.com/hours/{day}",
                 *         "method": "GET",
                 *         "inputSchema": {
                 *           "type": "object",
                 *           "properties": {
                 *             "day": {
                 *               "type": "string"
                 *             }
                 *           },
                 *           "required": [
                 *             "day"
                 *           ]
                 *         }
                 *       },
                 *       "arguments": {
                 *         "day": "monday"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["toolSampleInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["toolVerdict"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getUsageDays: {
        parameters: {
            query?: {
                /** @description How far back; 30 when absent */
                days?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/csv": string;
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description At most so many */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://example.com/hooks",
                 *       "events": [
                 *         "call.ended",
                 *         "agent.summary"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["webhookBodyInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookWithSecret"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhook"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "enabled": true
                 *     }
                 */
                "application/json": components["schemas"]["webhookBodyPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhook"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description At most so many */
                limit?: number;
                /** @description Only these */
                state?: "pending" | "sending" | "delivered" | "dead";
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookDeliveryList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookWithSecret"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookTest"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    replayWebhookDelivery: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookReplay"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    dispatchWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://example.com/hooks",
                 *       "payload": {
                 *         "type": "order.placed"
                 *       },
                 *       "hmacSecret": "a secret of sixteen or more"
                 *     }
                 */
                "application/json": components["schemas"]["webhookOrderInput"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookOrdered"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    dispatchWebhooks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "webhooks": [
                 *         {
                 *           "url": "https://example.com/hooks",
                 *           "payload": {},
                 *           "hmacSecret": "a secret of sixteen or more"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["webhookOrdersInput"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhooksOrdered"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    clearWebhookDeadLetters: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookDeadLettersCleared"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    listWebhookDeadLetters: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description At most so many */
                limit?: number;
            };
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookDeadLetterList"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    retryWebhookDeadLetter: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookDeadLetterRetry"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getWebhookDeadLetterStats: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookDeadLetterStats"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    getWebhookSummary: {
        parameters: {
            query?: never;
            header?: {
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookSummary"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    verifyWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The work of one key is done once, within 24 hours; a second request gets the first one's answer */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One of the tenants of this credential; needed by those who have several */
                "x-tenant-id"?: components["parameters"]["TenantId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "payload": "{}",
                 *       "signature": "sha256=00",
                 *       "secret": "a secret of sixteen or more"
                 *     }
                 */
                "application/json": components["schemas"]["webhookProofInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["webhookVerdict"];
                };
            };
            400: components["responses"]["bad_request"];
            401: components["responses"]["invalid_api_key"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["unprocessable"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal_error"];
            503: components["responses"]["service_unavailable"];
            504: components["responses"]["timeout"];
        };
    };
    "agent.summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventAgentSummary"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "agent.tool_call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventToolCall"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "asr.final": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventAsrFinal"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "billing.usage.updated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventBillingUsageUpdated"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "call.answered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventCallProgress"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "call.ended": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventCallEnded"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "call.ringing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventCallProgress"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "call.started": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventCallStarted"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "qa.flags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventQaFlags"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "system.alert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventSystemAlert"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "webhook.endpoint_disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventWebhookEndpointDisabled"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventWebhookTest"];
            };
        };
        responses: {
            /** @description Taken; anything else is tried again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
