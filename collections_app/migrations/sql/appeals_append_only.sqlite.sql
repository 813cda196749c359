CREATE TRIGGER appealpacket_append_only_update BEFORE UPDATE ON collections_app_appealpacket
BEGIN SELECT RAISE(ABORT, 'a packet of an appeal is append-only'); END;
CREATE TRIGGER appealpacket_append_only_delete BEFORE DELETE ON collections_app_appealpacket
BEGIN SELECT RAISE(ABORT, 'a packet of an appeal is append-only'); END;
CREATE TRIGGER appealsending_append_only_update BEFORE UPDATE ON collections_app_appealsending
BEGIN SELECT RAISE(ABORT, 'what was sent to a payer is append-only'); END;
CREATE TRIGGER appealsending_append_only_delete BEFORE DELETE ON collections_app_appealsending
BEGIN SELECT RAISE(ABORT, 'what was sent to a payer is append-only'); END;
CREATE TRIGGER appealevent_append_only_update BEFORE UPDATE ON collections_app_appealevent
BEGIN SELECT RAISE(ABORT, 'what happened to an appeal is append-only'); END;
CREATE TRIGGER appealevent_append_only_delete BEFORE DELETE ON collections_app_appealevent
BEGIN SELECT RAISE(ABORT, 'what happened to an appeal is append-only'); END;
