-- Its place: the next files count on it.
set local role invorto_owner;
