CREATE TRIGGER staff_seenrecord_append_only_update BEFORE UPDATE ON staff_seenrecord
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER staff_seenrecord_append_only_delete BEFORE DELETE ON staff_seenrecord
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
