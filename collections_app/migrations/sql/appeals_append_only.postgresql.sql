CREATE FUNCTION collections_app_appeals_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what happened to an appeal is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER appealpacket_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_appealpacket
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_appeals_append_only();
CREATE TRIGGER appealpacket_append_only_delete BEFORE DELETE ON collections_app_appealpacket
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_appeals_append_only();
CREATE TRIGGER appealsending_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_appealsending
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_appeals_append_only();
CREATE TRIGGER appealsending_append_only_delete BEFORE DELETE ON collections_app_appealsending
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_appeals_append_only();
CREATE TRIGGER appealevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_appealevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_appeals_append_only();
CREATE TRIGGER appealevent_append_only_delete BEFORE DELETE ON collections_app_appealevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_appeals_append_only();
