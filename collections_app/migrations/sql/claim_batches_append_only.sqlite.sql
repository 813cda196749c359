CREATE TRIGGER batchevent_append_only_update BEFORE UPDATE ON collections_app_batchevent
BEGIN SELECT RAISE(ABORT, 'what happened to a batch is append-only'); END;
CREATE TRIGGER batchevent_append_only_delete BEFORE DELETE ON collections_app_batchevent
BEGIN SELECT RAISE(ABORT, 'what happened to a batch is append-only'); END;
CREATE TRIGGER outgoingfile_append_only_update BEFORE UPDATE ON collections_app_outgoingfile
WHEN NEW.sha256 IS NOT OLD.sha256 OR NEW.isa_control IS NOT OLD.isa_control OR NEW.sender_id IS NOT OLD.sender_id
  OR NEW.receiver_id IS NOT OLD.receiver_id OR NEW.items IS NOT OLD.items OR NEW.amount IS NOT OLD.amount
  OR NEW.connection_id IS NOT OLD.connection_id
BEGIN SELECT RAISE(ABORT, 'a file that goes out is frozen: make a new one'); END;
CREATE TRIGGER outgoingfile_append_only_delete BEFORE DELETE ON collections_app_outgoingfile
BEGIN SELECT RAISE(ABORT, 'a file that goes out is frozen: make a new one'); END;
