CREATE FUNCTION staff_seenrecord_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER staff_seenrecord_append_only_update BEFORE UPDATE OR TRUNCATE ON staff_seenrecord
FOR EACH STATEMENT EXECUTE FUNCTION staff_seenrecord_append_only();
CREATE TRIGGER staff_seenrecord_append_only_delete BEFORE DELETE ON staff_seenrecord
FOR EACH STATEMENT EXECUTE FUNCTION staff_seenrecord_append_only();
