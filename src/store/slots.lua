-- Slots of calls: leases in sorted sets scored by when they end, by the server's clock. See iv_slots.h.
--
-- Under the prefix of KEYS[1] ({slots}:epoch, a hash: since, last, run):
--   all, global, carrier:NAME, tenant:T, agent:T/A, campaign:T/C   member TENANT/CALL, score the end of its lease
--   campaigns:T      the campaigns of a tenant that have calls, scored the same way
--   holder:T/CALL    who holds it; or, for a while after the call, {ended, claim}: no renewal brings it back
-- A claim is a number that grows with every hold: the holder with the lower one has lost the call to another.
--
-- ARGV: what, lease ms, settle ms, gap ms, instance, …
local what, lease, settle, gap, me = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local base = string.sub(KEYS[1], 1, -6)
local all = base .. 'all'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local till = string.format('%.0f', now + lease)

local function scopes(tenant, agent, campaign, carrier)
	local s = {[2] = base .. 'carrier:' .. carrier, [3] = base .. 'tenant:' .. tenant}
	if carrier ~= 'browser' then s[1] = base .. 'global' end
	if agent ~= '' then s[4] = base .. 'agent:' .. tenant .. '/' .. agent end
	if campaign ~= '' then s[5] = base .. 'campaign:' .. tenant .. '/' .. campaign end
	return s
end

-- c: tenant, call, agent, campaign, carrier, reason
local function name(c) return c[1] .. '/' .. c[2] end

-- Leases to be set when the script ends: a hundred renewals are one command for each set they are in.
local later = {}
local function extend(key, member)
	local a = later[key]
	if not a then
		a = {}
		later[key] = a
	end
	a[#a + 1] = till
	a[#a + 1] = member
end

local function extend_now()
	for key, a in pairs(later) do
		redis.call('ZADD', key, unpack(a))
		if key ~= all then redis.call('PEXPIRE', key, 2 * lease) end
	end
	later = {}
end

local function put(c, claim, stage, since)
	local member, s = name(c), scopes(c[1], c[3], c[4], c[5])
	local holder = base .. 'holder:' .. member
	extend(all, member)
	for i = 1, 5 do
		if s[i] then extend(s[i], member) end
	end
	if c[4] ~= '' then extend(base .. 'campaigns:' .. c[1], c[4]) end
	if redis.call('PEXPIRE', holder, 2 * lease) == 0 then
		redis.call('HSET', holder, 'tenant', c[1], 'call', c[2], 'agent', c[3], 'campaign', c[4], 'carrier', c[5],
			'reason', c[6], 'owner', me, 'claim', claim, 'stage', stage, 'since', since)
		redis.call('PEXPIRE', holder, 2 * lease)
	end
end

-- Out of all scopes; whether it was in.
local function take_off(member)
	local h = redis.call('HMGET', base .. 'holder:' .. member, 'tenant', 'agent', 'campaign', 'carrier')
	if h[1] then
		for _, key in pairs(scopes(h[1], h[2], h[3], h[4])) do redis.call('ZREM', key, member) end
	end
	return redis.call('ZREM', all, member)
end

-- May slots have been forgotten? Then everybody re-asserts what he holds, and nobody is admitted until that is done.
-- `since`: when that was noticed last. `last`: when anybody was here last; live processes are, several times in
-- `gap`. `run`: which start of the server it was, looked up by who has just connected.
local function look(connected)
	local e = redis.call('HMGET', KEYS[1], 'since', 'last', 'run')
	local since, last, run = tonumber(e[1]), tonumber(e[2]), e[3]
	local forgot, back = not since, last and now < last - 1000
	if last and now - last > gap and redis.call('ZCARD', all) > 0 then forgot = true end
	if connected then
		local info = redis.pcall('INFO', 'server')
		local id = type(info) == 'string' and string.match(info, 'run_id:(%x+)')
		if id and run and id ~= run then forgot = true end
		if id and id ~= run then redis.call('HSET', KEYS[1], 'run', id) end
	end
	if back then -- leases would last longer than anybody meant
		forgot = true
		for _, member in ipairs(redis.call('ZRANGE', all, 0, -1)) do take_off(member) end
	end
	if forgot then since = now end
	if forgot or not last or now - last > 100 then redis.call('HSET', KEYS[1], 'since', since, 'last', now) end
	local lapsed = redis.call('ZRANGEBYSCORE', all, '-inf', now, 'LIMIT', 0, 1000)
	for _, member in ipairs(lapsed) do take_off(member) end
	return since, math.max(0, since + settle - now), forgot and 0 or #lapsed
end

-- Why it was given back: because the call ended, or because it came to nothing this time?
local function is_over(why) return why and why ~= 'refused' and why ~= 'timeout' end

-- …, tenant, call, agent, campaign, carrier, reason, then the limits: global, carrier, tenant, agent, campaign.
-- Answers since, settling ms, lapsed; 0 granted, 1…5 the scope that is full, 6 settling, 7 the call has ended; its count.
local function take()
	local c = {unpack(ARGV, 6, 11)}
	local since, wait, lapsed = look(false)
	local member, s = name(c), scopes(c[1], c[3], c[4], c[5])
	local holder = base .. 'holder:' .. member
	if c[6] ~= 'realtime' and is_over(redis.call('HGET', holder, 'ended')) then return {since, wait, lapsed, 7, 0} end
	if tonumber(redis.call('ZSCORE', all, member) or 0) > now then
		local held = redis.call('HMGET', holder, 'tenant', 'call', 'agent', 'campaign', 'carrier', 'reason')
		if held[1] then
			put(held)
			return {since, wait, lapsed, 0, redis.call('ZCOUNT', s[3], '(' .. now, '+inf')}
		end
	end
	if wait > 0 then return {since, wait, lapsed, 6, 0} end
	local counts = {}
	for i = 1, 5 do
		if s[i] then
			local limit = tonumber(ARGV[11 + i])
			counts[i] = redis.call('ZCOUNT', s[i], '(' .. now, '+inf')
			if limit > 0 and counts[i] >= limit then return {since, wait, lapsed, i, counts[i]} end
		end
	end
	local claim = math.max(now, (tonumber(redis.call('HGET', holder, 'claim') or 0)) + 1)
	redis.call('DEL', holder)
	put(c, claim, 'taken', now)
	return {since, wait, lapsed, 0, counts[3] + 1}
end

-- …, 1 when just connected, then for each call: tenant, call, agent, campaign, carrier, reason, claim (0: a new one),
-- stage, since. Answers since, settling ms, lapsed, how many there are globally; then, for calls with news, member and
-- its claim, or 0 when it was given back, -1 when another holds it, -2 when it ended before it was held.
local function renew()
	local since, wait, lapsed = look(ARGV[6] == '1')
	local out = {since, wait, lapsed, 0}
	for i = 7, #ARGV, 9 do
		local c, claim, began = {unpack(ARGV, i, i + 5)}, tonumber(ARGV[i + 6]), ARGV[i + 8]
		local member = name(c)
		local holder = base .. 'holder:' .. member
		local was = redis.call('HMGET', holder, 'claim', 'ended', 'since')
		local other = tonumber(was[1] or 0)
		if claim > 0 and other > claim then
			out[#out + 1] = member
			out[#out + 1] = was[2] and 0 or -1
		elseif claim == 0 and ARGV[i + 7] == 'dialling' and is_over(was[2]) then
			out[#out + 1] = member
			out[#out + 1] = -2
		else
			if claim == 0 or (claim > other and other > 0) then -- it may have been in other scopes
				take_off(member)
				redis.call('DEL', holder)
			end
			if claim == 0 then
				claim, began = math.max(now, other + 1), was[3] or began
				out[#out + 1] = member
				out[#out + 1] = claim
			end
			put(c, claim, ARGV[i + 7], began)
		end
	end
	extend_now()
	out[4] = redis.call('ZCOUNT', base .. 'global', '(' .. now, '+inf')
	return out
end

-- …, tenant, call, why, how long it is remembered, and 'unspoken' when a call that has its media keeps it. Answers whether
-- it was in.
local function drop()
	local member = name({ARGV[6], ARGV[7]})
	local holder = base .. 'holder:' .. member
	if ARGV[10] == 'unspoken' and redis.call('HGET', holder, 'stage') == 'media' then return 0 end
	local claim = math.max(now, tonumber(redis.call('HGET', holder, 'claim') or 0) + 1)
	local was = take_off(member)
	redis.call('DEL', holder)
	redis.call('HSET', holder, 'ended', ARGV[8], 'claim', claim)
	redis.call('PEXPIRE', holder, ARGV[9])
	return was
end

-- …, tenant, call: a take whose asker has gone. What somebody holds, or another has taken, stays.
local function undo()
	local member = name({ARGV[6], ARGV[7]})
	local h = redis.call('HMGET', base .. 'holder:' .. member, 'owner', 'stage')
	if h[1] ~= me or h[2] ~= 'taken' then return 0 end
	local was = take_off(member)
	redis.call('DEL', base .. 'holder:' .. member)
	return was
end

-- …, tenant, names of carriers. Answers settling ms, global, tenant, each carrier; then campaigns and their counts.
local function count()
	local since = tonumber(redis.call('HGET', KEYS[1], 'since') or now)
	local out = {math.max(0, since + settle - now), redis.call('ZCOUNT', base .. 'global', '(' .. now, '+inf'),
		redis.call('ZCOUNT', base .. 'tenant:' .. ARGV[6], '(' .. now, '+inf')}
	for i = 7, #ARGV do out[#out + 1] = redis.call('ZCOUNT', base .. 'carrier:' .. ARGV[i], '(' .. now, '+inf') end
	redis.call('ZREMRANGEBYSCORE', base .. 'campaigns:' .. ARGV[6], '-inf', now)
	for _, id in ipairs(redis.call('ZRANGEBYSCORE', base .. 'campaigns:' .. ARGV[6], now, '+inf', 'LIMIT', 0, 200)) do
		out[#out + 1] = id
		out[#out + 1] = redis.call('ZCOUNT', base .. 'campaign:' .. ARGV[6] .. '/' .. id, '(' .. now, '+inf')
	end
	return out
end

-- …, tenant or nothing, cursor, how many. Answers cursor, how many in all, now; then ten values for each.
local function list()
	local key = ARGV[6] == '' and all or base .. 'tenant:' .. ARGV[6]
	local page = redis.call('ZSCAN', key, ARGV[7], 'COUNT', ARGV[8])
	local out = {page[1], redis.call('ZCOUNT', key, '(' .. now, '+inf'), now}
	for i = 1, #page[2], 2 do
		local left = tonumber(page[2][i + 1]) - now
		local h = redis.call('HMGET', base .. 'holder:' .. page[2][i], 'tenant', 'call', 'agent', 'campaign', 'carrier',
			'reason', 'stage', 'owner', 'since')
		if left > 0 and h[1] then
			for j = 1, 9 do out[#out + 1] = h[j] end
			out[#out + 1] = left
		end
	end
	return out
end

local answer = ({take = take, renew = renew, drop = drop, undo = undo, count = count, list = list})[what]()
extend_now()
return answer
