CREATE FUNCTION collections_app_legal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what happened to a case is append-only: note what happened since' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER legalevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_legalevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_legal_append_only();
CREATE TRIGGER legalevent_append_only_delete BEFORE DELETE ON collections_app_legalevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_legal_append_only();
