CREATE FUNCTION collections_app_batchevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what happened to a batch is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER batchevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_batchevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_batchevent_append_only();
CREATE TRIGGER batchevent_append_only_delete BEFORE DELETE ON collections_app_batchevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_batchevent_append_only();
CREATE FUNCTION collections_app_outgoingfile_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a file that goes out is frozen: make a new one' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER outgoingfile_append_only_update BEFORE UPDATE ON collections_app_outgoingfile
FOR EACH ROW WHEN (NEW.sha256 IS DISTINCT FROM OLD.sha256 OR NEW.isa_control IS DISTINCT FROM OLD.isa_control
  OR NEW.sender_id IS DISTINCT FROM OLD.sender_id OR NEW.receiver_id IS DISTINCT FROM OLD.receiver_id
  OR NEW.items IS DISTINCT FROM OLD.items OR NEW.amount IS DISTINCT FROM OLD.amount
  OR NEW.connection_id IS DISTINCT FROM OLD.connection_id)
EXECUTE FUNCTION collections_app_outgoingfile_append_only();
CREATE TRIGGER outgoingfile_append_only_delete BEFORE DELETE ON collections_app_outgoingfile
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_outgoingfile_append_only();
