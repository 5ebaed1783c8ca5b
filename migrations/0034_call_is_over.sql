-- compatible: the same function with the same answers, quicker.
set local role invorto_owner;

-- A check of a table is made ready anew for every statement that writes to it. That of voice_call_records asks this
-- function, and a body that is text is parsed each time, for a good part of what it costs to write a call; one that was
-- parsed when it was made is not.
create or replace function call_is_over(status text) returns boolean
language sql immutable parallel safe
return status in ('completed', 'failed', 'no-answer', 'busy', 'canceled');
